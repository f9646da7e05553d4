import type { ExemptionRecord } from "../exemption.ts";
import { concerns, isUnexemptible } from "../exemption.ts";
import type { RuleText, Violation } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";
import { didYouMean } from "../../src/model/nearest.ts";

export const exemptions: RuleText = {
  id: "exemptions",
  title: "Exemptions are few, short and used",
  why: "An exemption that has expired, that nothing uses or that cannot count hides what people believe of it.",
  fix: "remove it from exemptions.yaml in the trust folder, or renew it, and have the trust root signed",
  level: "advisory",
  exemptible: false,
};

/** What people should know of a stage's exemptions at the end of a run. */
export function reportExemptions(
  context: StageContext,
  record: ExemptionRecord,
  rules: readonly RuleText[],
): Violation[] {
  return context.trust.exemptions
    .filter((exemption) => concerns(exemption, context.stage))
    .flatMap((exemption) => {
      const rule = rules.find(({ id }) => id === exemption.rule);
      const found =
        rule === undefined ? `no rule ${exemption.rule}${didYouMean(exemption.rule, ids(rules))}` : problem();
      if (found === undefined) return [];
      const of = [exemption.application, ...(exemption.object === undefined ? [] : [exemption.object])].join(" ");
      return [
        { path: `${exemption.rule} for ${of} (${exemption.owner})`, found, expected: "an exemption that counts" },
      ];

      function problem(): string | undefined {
        if (rule !== undefined && isUnexemptible(rule, context))
          return `${rule.id} cannot be set aside in a gated stage`;
        if (record.isExpired(exemption)) return `expired ${new Date(exemption.expiresMs).toISOString()}`;
        return record.isUsed(exemption) ? undefined : "nothing used it in this run";
      }
    });
}

function ids(rules: readonly RuleText[]): string[] {
  return rules.map(({ id }) => id);
}

import type { Exemption } from "../src/model/trust/exemptions.ts";
import type { JudgedResource, RuleText } from "./rule.ts";
import type { StageContext } from "./stage-context.ts";
import { applicationOf, objectName } from "./urn.ts";

const EVERY_STAGE = "*";

/** Which exemptions there are, which have set something aside in this run, and which no longer count. */
export class ExemptionRecord {
  readonly #nowMs: number;
  readonly #used = new Set<Exemption>();

  /** @param nowMs the time of the run, in milliseconds since the epoch: the one clock of the pack */
  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  /** The exemption that sets a rule aside for a resource, where there is one that counts. */
  find(
    rule: Pick<RuleText, "id" | "exemptible">,
    resource: JudgedResource,
    context: StageContext,
  ): Exemption | undefined {
    if (isUnexemptible(rule, context)) return undefined;
    const application = applicationOf(resource);
    return context.trust.exemptions.find(
      (exemption) =>
        exemption.rule === rule.id &&
        concerns(exemption, context.stage) &&
        exemption.application === application &&
        !this.isExpired(exemption) &&
        (exemption.object === undefined || exemption.object === objectName(resource)),
    );
  }

  use(exemption: Exemption): void {
    this.#used.add(exemption);
  }

  isUsed(exemption: Exemption): boolean {
    return this.#used.has(exemption);
  }

  isExpired({ expiresMs }: Exemption): boolean {
    return expiresMs <= this.#nowMs;
  }
}

/** Whether an exemption speaks of a stage. */
export function concerns({ stages }: Pick<Exemption, "stages">, stage: string): boolean {
  return stages.includes(stage) || stages.includes(EVERY_STAGE);
}

/** What nobody may set aside in a gated stage. */
export function isUnexemptible({ exemptible }: Pick<RuleText, "exemptible">, { loaded }: StageContext): boolean {
  return !exemptible && loaded.definition.gated;
}

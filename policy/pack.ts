import type { Outcome, Refusal } from "../src/model/refusal.ts";
import { renderRefusals } from "../src/model/refusal.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { ExemptionRecord } from "./exemption.ts";
import { judge } from "./judgement.ts";
import type { JudgedResource, Rule, RuleText, Violation } from "./rule.ts";
import type { StageContext } from "./stage-context.ts";
import type { RegisteredResource, StackRule } from "./stack-rule.ts";
import { exemptions, reportExemptions } from "./stack-rules/exemptions.ts";
import { objectName, parseUrn, STACK_TYPE, STAGE_TYPE } from "./urn.ts";
import { renderViolation } from "./violation-text.ts";

export interface PackParts {
  readonly rules: readonly Rule[];
  readonly stackRules: readonly StackRule[];
  readonly loadContext: (project: string, stage: string) => Promise<Outcome<StageContext>>;
  /** Milliseconds since the epoch. Only exemptions know of time. */
  readonly nowMs: number;
}

/** Reported where the stage itself could not be read: then no rule can decide anything. */
export const unknownStage: RuleText = {
  id: "unknown-stage",
  title: "A stack is a stage of this project, and its files can be read",
  why: "Nothing can be judged by files that are missing or wrong.",
  fix: "correct what is named here",
  level: "mandatory",
  exemptible: false,
};

/** The rules over one run of the engine. Says nothing but what the files and the resources say. */
export class Pack {
  readonly #parts: PackParts;
  readonly #exemptions: ExemptionRecord;

  constructor(parts: PackParts) {
    this.#parts = parts;
    this.#exemptions = new ExemptionRecord(parts.nowMs);
  }

  /** Everything that rules say of themselves, for the engine's list. */
  get resourceRules(): readonly RuleText[] {
    return [unknownStage, ...this.#parts.rules];
  }

  get stackRules(): readonly RuleText[] {
    return [...this.#parts.stackRules, exemptions];
  }

  async analyze(resource: JudgedResource): Promise<readonly Diagnostic[]> {
    const { project, stack } = parseUrn(resource.urn);
    const context = await this.#parts.loadContext(project, stack);
    if (context.kind === "refused") return [refuseEverything(resource, context.refusals)];
    const judged = await Promise.all(this.#parts.rules.map((rule) => this.#ask(rule, resource, context.value)));
    return judged.flat();
  }

  async analyzeStack(resources: readonly RegisteredResource[]): Promise<readonly Diagnostic[]> {
    const found = this.#parts.stackRules.flatMap((rule) =>
      rule.check(resources).map((violation) => toDiagnostic(rule, "", violation)),
    );
    const [first] = resources;
    if (first === undefined) return found;
    const { project, stack } = parseUrn(first.urn);
    const context = await this.#parts.loadContext(project, stack);
    if (context.kind === "refused") return found;
    const reports = reportExemptions(context.value, this.#exemptions, this.#parts.rules);
    return [...found, ...reports.map((report) => toDiagnostic(exemptions, "", report))];
  }

  async #ask(rule: Rule, resource: JudgedResource, context: StageContext): Promise<readonly Diagnostic[]> {
    const judgement = await judge(rule, resource, context);
    // As @pulumi/policy words it, so that whoever reads the engine's events knows it again.
    if (judgement.kind === "unknown") {
      const message = `can't run policy '${rule.id}' during preview: ${judgement.reason}`;
      return [{ policy: rule.id, level: "advisory", description: rule.title, message }];
    }
    if (judgement.violations.length === 0) return [];
    const object = nameOf(resource);
    const exemption = this.#exemptions.find(rule, resource, context);
    if (exemption === undefined) return judgement.violations.map((violation) => toDiagnostic(rule, object, violation));
    this.#exemptions.use(exemption);
    const until = new Date(exemption.expiresMs).toISOString();
    const note = `set aside until ${until}: ${exemption.reason} (${exemption.owner})`;
    return judgement.violations.map((violation) => {
      const { description, message } = toDiagnostic(rule, object, violation);
      return { policy: rule.id, level: "advisory", description, message: `${note}\n${message}` };
    });
  }
}

function toDiagnostic(rule: RuleText, object: string, violation: Violation): Diagnostic {
  return {
    policy: rule.id,
    level: rule.level,
    description: rule.title,
    message: renderViolation(rule, object, violation),
  };
}

/** All reasons once, where people look first; elsewhere that there are some. */
function refuseEverything(resource: JudgedResource, refusals: readonly Refusal[]): Diagnostic {
  const { id, level, title } = unknownStage;
  const isFirst = resource.type === STAGE_TYPE || resource.type === STACK_TYPE;
  const message = isFirst ? renderRefusals(refusals) : "the stage could not be read: see the stack's own violation";
  return { policy: id, level, description: title, message };
}

function nameOf(resource: JudgedResource): string {
  // Even a name may be unknown; the rules have said what they say.
  try {
    return objectName(resource);
  } catch {
    return resource.name;
  }
}

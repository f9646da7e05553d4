import { renderBriefly, type Outcome, type Refusal } from "../src/model/refusal.ts";
import { judgeApplications } from "./application-judgement.ts";
import type { ApplicationRule } from "./application-rule.ts";
import { describeJudgement, toDiagnostic, type Diagnostic } from "./diagnostic.ts";
import { ExemptionRecord } from "./exemption.ts";
import { judge } from "./judgement.ts";
import type { JudgedResource, Rule, RuleText } from "./rule.ts";
import type { StageContext } from "./stage-context.ts";
import type { RegisteredResource, StackRule } from "./stack-rule.ts";
import { exemptions, reportExemptions } from "./stack-rules/exemptions.ts";
import { parseUrn, STACK_TYPE, STAGE_TYPE } from "./urn.ts";

export interface PackParts {
  readonly rules: readonly Rule[];
  readonly applicationRules: readonly ApplicationRule[];
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
  /** Every resource as the program asked for it, by its URN. */
  readonly #asked = new Map<string, JudgedResource>();

  constructor(parts: PackParts) {
    this.#parts = parts;
    this.#exemptions = new ExemptionRecord(parts.nowMs);
  }

  /** Everything that rules say of themselves, for the engine's list. */
  get resourceRules(): readonly RuleText[] {
    return [unknownStage, ...this.#parts.rules];
  }

  /** Rules that the engine asks at the end, for the same list. */
  get stackRules(): readonly RuleText[] {
    return [...this.#parts.stackRules, ...this.#parts.applicationRules, exemptions];
  }

  async analyze(resource: JudgedResource): Promise<readonly Diagnostic[]> {
    this.#asked.set(resource.urn, resource);
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
    const { rules, applicationRules } = this.#parts;
    const judged = this.#askApplications(resources, context.value);
    const reports = reportExemptions(context.value, this.#exemptions, [...rules, ...applicationRules]);
    return [...found, ...judged, ...reports.map((report) => toDiagnostic(exemptions, "", report))];
  }

  async #ask(rule: Rule, resource: JudgedResource, context: StageContext): Promise<readonly Diagnostic[]> {
    const judgement = await judge(rule, resource, context);
    return describeJudgement({ rule, resource, judgement }, this.#exemptions, context);
  }

  /**
   * Judges resources as the program asked for them, where it did: the engine shows at the end what the cluster made of
   * them, with its defaults filled in.
   */
  #askApplications(resources: readonly RegisteredResource[], context: StageContext): readonly Diagnostic[] {
    const asked = resources.map(({ urn, read }) => this.#asked.get(urn) ?? read());
    return judgeApplications(this.#parts.applicationRules, asked, context).flatMap((judged) =>
      describeJudgement(judged, this.#exemptions, context).map((diagnostic) => ({
        ...diagnostic,
        urn: judged.resource.urn,
      })),
    );
  }
}

/** All reasons once and in short: the program refuses for the same ones, and says what to do about them. */
function refuseEverything(resource: JudgedResource, refusals: readonly Refusal[]): Diagnostic {
  const { id, level, title } = unknownStage;
  const isFirst = resource.type === STAGE_TYPE || resource.type === STACK_TYPE;
  const message = isFirst
    ? `${renderBriefly(refusals)}\nthe program's own error says what to do`
    : "the stage could not be read: see the stack's own violation";
  return { policy: id, level, description: title, message };
}

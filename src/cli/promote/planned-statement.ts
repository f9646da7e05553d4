import { draftStatement } from "../../delivery/statement-draft.ts";
import { desiredStatesOf } from "../../desired-states.ts";
import { digestOf, type Digest } from "../../model/digest.ts";
import { accepted, andThen, type Outcome } from "../../model/refusal.ts";
import { renderStatement, type Transition } from "../../model/statements/statement.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import type { PromotionPlan } from "../../delivery/promotion/promotion-plan.ts";
import { folderOf } from "../statement-text.ts";
import type { PromotionEvidence } from "./promotion-evidence.ts";
import type { PromotionInputs } from "./promotion-inputs.ts";

/** A statement before anybody signs it: what is shown is what will be signed. */
export interface PlannedStatement {
  /** The bytes. */
  readonly text: string;
  readonly digest: Digest;
  /** Relative to the project. */
  readonly folder: string;
  readonly whenMs: number;
  readonly who: string;
  readonly reason: string;
  readonly transitions: ReadonlyMap<string, Transition>;
}

export interface StatementQuestion {
  readonly inputs: PromotionInputs;
  readonly plan: PromotionPlan;
  readonly evidence: Pick<PromotionEvidence, "update">;
  readonly after: LoadedStage;
  readonly who: string;
  readonly nowMs: number;
}

/** @throws RefusalError where the catalogue computes values that are no JSON */
export function planStatement(question: StatementQuestion): Outcome<PlannedStatement> {
  const { inputs, plan, evidence, after, who, nowMs } = question;
  const { project, chains, reason } = inputs;
  const { from, to: stage } = plan;
  const desired = desiredStatesOf(after);
  const states = new Map(plan.applications.map(({ name }) => [name, desired.get(name)]));
  const draft = draftStatement({
    ...{ kind: "promotion", project, stage, from, reason, who, restores: undefined, source: evidence.update },
    ...{ after: states, chains, nowMs },
  });
  return andThen(draft, (statement) => {
    const text = renderStatement(statement);
    const digest = digestOf(text);
    const { whenMs, applications: transitions } = statement;
    const folder = folderOf({ stage, whenMs, digest });
    return accepted({ text, digest, folder, whenMs, who, reason, transitions });
  });
}

import type { Digest } from "../../model/digest.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { SignedStatement } from "../../model/statements/signed-statement.ts";
import type { Gate } from "../../model/trust/gate.ts";
import type { Trust } from "../../model/trust/trust.ts";
import { checkPromoter, countApprovals } from "../coverage/approvals.ts";
import type { Coverage } from "../coverage/coverage.ts";

/** Whether a stage is covered, as far as it could be decided. */
export type StageCoverage =
  | { readonly kind: "no-gate" }
  /** Nothing in it counts as covered. */
  | { readonly kind: "refused"; readonly against: readonly Refusal[] }
  | {
      readonly kind: "judged";
      readonly against: readonly Refusal[];
      readonly coverage: Coverage;
      /** Of the newest statement about each application, where the gate asks for approvals. */
      readonly approvals: ReadonlyMap<string, Approvals>;
    };

/** How many people's approvals count, of how many that are asked for. */
export interface Approvals {
  readonly given: number;
  readonly needed: number;
}

/** Whether an application is covered. */
export type CoverageState =
  | { readonly kind: "no-gate" }
  | { readonly kind: "not-running" }
  | { readonly kind: "covered"; readonly statement: Digest | undefined }
  /** Nothing but approvals is missing. */
  | { readonly kind: "waiting"; readonly approvals: Approvals; readonly reasons: readonly Refusal[] }
  /** Without reasons of its own, those of the stage. */
  | { readonly kind: "not-covered"; readonly reasons: readonly Refusal[] };

/** @param name of an application that is to run */
export function toCoverageState(name: string, stage: StageCoverage): CoverageState {
  if (stage.kind === "no-gate") return stage;
  if (stage.kind === "refused") return { kind: "not-covered", reasons: [] };
  const reasons = stage.coverage.applications.get(name) ?? [];
  if (reasons.length === 0) return { kind: "covered", statement: stage.coverage.statements.get(name) };
  const approvals = stage.approvals.get(name);
  const waits = approvals !== undefined && reasons.every(({ code }) => code === "not-approved");
  return waits ? { kind: "waiting", approvals, reasons } : { kind: "not-covered", reasons };
}

/** @returns undefined where the gate asks for none */
export function approvalsOf(
  signed: SignedStatement,
  gate: Gate,
  { roles, revocations }: Pick<Trust, "roles" | "revocations">,
): Approvals | undefined {
  if (gate.approvals === undefined) return undefined;
  // As coverage decides without a deployment: times are taken as written.
  const people = { roles, revocations, nowMs: undefined, endedKeys: new Set<string>() };
  const { count } = countApprovals(signed, gate.approvals, gate, checkPromoter(signed, gate, people), people);
  return { given: count, needed: gate.approvals.count };
}

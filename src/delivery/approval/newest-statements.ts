import type { Digest } from "../../model/digest.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { SignedStatement } from "../../model/statements/signed-statement.ts";
import type { Statement } from "../../model/statements/statement.ts";
import type { ApprovalRule } from "../../model/trust/gate.ts";
import type { JudgedApproval } from "../coverage/approvals.ts";
import type { StandingCourt } from "../coverage/standing.ts";
import { tailOf, type Chain } from "../coverage/statement-chain.ts";
import { withoutExpired } from "./expiry.ts";

/** A statement that is the newest about some application. */
export interface NewestStatement {
  readonly statement: Statement;
  readonly signed: SignedStatement;
  /** Of which it is the newest; later statements may have moved others of it. */
  readonly applications: readonly string[];
  /** Everything that stands against it, as the program would say. */
  readonly refusals: readonly Refusal[];
  /** Undefined where the gate asks for no approvals. */
  readonly approvals: ApprovalProgress | undefined;
  /** Whether the stage was deployed under it, as far as that is known. */
  readonly deployed: boolean;
  /** Waits for approvals and for nothing else. */
  readonly waits: boolean;
}

export interface ApprovalProgress {
  readonly rule: ApprovalRule;
  readonly judged: readonly JudgedApproval[];
  /** Also of withdrawals that count for nothing. */
  readonly problems: readonly string[];
  /** People whose approvals count, and have not expired where the statement was not deployed yet. */
  readonly count: number;
  readonly missing: number;
}

export interface NewestRequest {
  readonly chains: ReadonlyMap<string, Chain>;
  /** Of every newest statement. */
  readonly evidence: ReadonlyMap<Digest, SignedStatement>;
  readonly court: StandingCourt;
  readonly rule: ApprovalRule | undefined;
  readonly nowMs: number;
}

/** The newest statements about all applications, each once, the oldest first. Broken chains have none. */
export function newestStatements(request: NewestRequest): readonly NewestStatement[] {
  const applications = new Map<Statement, string[]>();
  for (const [name, chain] of request.chains) {
    if (chain.kind === "broken") continue;
    const { statement } = tailOf(chain.links);
    applications.set(statement, [...(applications.get(statement) ?? []), name]);
  }
  return [...applications]
    .map(([statement, names]) => toNewest(statement, names.toSorted(), request))
    .toSorted((left, right) => left.statement.whenMs - right.statement.whenMs);
}

function toNewest(statement: Statement, applications: readonly string[], request: NewestRequest): NewestStatement {
  const { evidence, court } = request;
  const signed = evidence.get(statement.digest);
  if (signed === undefined) throw new Error(`no evidence of ${statement.file}`);
  const refusals = court.refuse(statement);
  const deployed = court.wasDeployed(statement);
  const approvals = progressOf(signed, refusals, deployed, request);
  const waits = refusals.every(({ code }) => code === "not-approved") && (approvals?.missing ?? 0) > 0;
  return { statement, signed, applications, refusals, approvals, deployed, waits };
}

function progressOf(
  signed: SignedStatement,
  refusals: readonly Refusal[],
  deployed: boolean,
  { court, rule, nowMs }: NewestRequest,
): ApprovalProgress | undefined {
  const all = court.countApprovals(signed);
  if (all === undefined || rule === undefined) return undefined;
  const { judged, problems } = all;
  const fresh = deployed ? all : (court.countApprovals(withoutExpired(signed, rule, nowMs)) ?? all);
  // A rollback to what was approved and still stands needs no approvals of its own.
  const none = all.count < rule.count && !refusals.some(({ code }) => code === "not-approved");
  return { rule, judged, problems, count: fresh.count, missing: none ? 0 : Math.max(0, rule.count - fresh.count) };
}

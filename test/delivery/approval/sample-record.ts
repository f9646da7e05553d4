import { newestStatements } from "../../../src/delivery/approval/newest-statements.ts";
import { StandingCourt } from "../../../src/delivery/coverage/standing.ts";
import type { SignedStatement } from "../../../src/model/statements/signed-statement.ts";
import type { Gate } from "../../../src/model/trust/gate.ts";
import { withText } from "../../model/sample-stage.ts";
import { baseline, gate, HOUR, requestOf, statesOf, T0, trust } from "../coverage/sample-court.ts";

export const NOW = T0 + 60 * HOUR;
export const first = baseline();
/** The stack file with another log level of appointments. */
export const WARN = withText("LOG_LEVEL: debug", "LOG_LEVEL: warn");

export interface Setup {
  readonly rule?: Partial<NonNullable<Gate["approvals"]>>;
  readonly asks?: boolean;
  readonly deployed?: boolean;
}

/** What these statements come to, by the sample gate. */
export function recordOf(statements: readonly SignedStatement[], { rule, asks = true, deployed = false }: Setup = {}) {
  const approvals = asks && gate.approvals !== undefined ? { ...gate.approvals, ...rule } : undefined;
  const ours = { ...gate, approvals };
  const recorded = new Map(deployed ? [...statesOf().keys()].map((name) => [name, first.digest] as const) : []);
  const request = requestOf({
    ...{ statements, gate: ours },
    deployed: { gated: true, root: trust.root, statements: recorded, nowMs: NOW },
  });
  const court = new StandingCourt(request);
  const { chains, evidence } = request;
  return { court, chains, newest: newestStatements({ chains, evidence, court, rule: approvals, nowMs: NOW }) };
}

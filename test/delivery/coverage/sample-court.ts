import assert from "node:assert/strict";
import { chainsOf, tailOf } from "../../../src/delivery/coverage/statement-chain.ts";
import { allRefusals, decideCoverage, type CoverageRequest } from "../../../src/delivery/coverage/coverage.ts";
import type { DeployedCoverage } from "../../../src/delivery/coverage/deployed.ts";
import { evidenceNeeded } from "../../../src/delivery/coverage/standing.ts";
import { digestOf, type Digest } from "../../../src/model/digest.ts";
import type { StageDefinition } from "../../../src/model/stages.ts";
import { toDesiredStates, type DesiredState } from "../../../src/model/statements/desired-state.ts";
import type { SignatureCheck, SignedStatement } from "../../../src/model/statements/signed-statement.ts";
import {
  parseStatement,
  renderStatement,
  type Statement,
  type Transition,
} from "../../../src/model/statements/statement.ts";
import type { Gate } from "../../../src/model/trust/gate.ts";
import type { Trust } from "../../../src/model/trust/trust.ts";
import { catalogue, sourceOf, stackFileOf, STACK_FILE } from "../../model/sample-stage.ts";

/** A gated stage that is covered; tests break one thing of it. Signatures are what ssh-keygen would say of them. */
export const HOUR = 3_600_000;
export const T0 = Date.parse("2026-11-20T10:00:00Z");
export const ADA = { principal: "ada@example.com", fingerprint: "SHA256:ada" };
export const BEN = { principal: "ben@example.com", fingerprint: "SHA256:ben" };
export const CAT = { principal: "cat@example.com", fingerprint: "SHA256:cat" };
export const DAN = { principal: "dan@example.com", fingerprint: "SHA256:dan" };
/** What deploys. */
export const ROBOT = { principal: "robot@example.com", fingerprint: "SHA256:robot" };
export const PROJECT = "platform";

export const gate: Gate = {
  promoters: ["release-managers"],
  rollback: ["deployers"],
  approvals: { count: 2, groups: ["release-managers", "operations"], fourEyes: true, expireAfterSeconds: undefined },
  soakSeconds: 0,
  free: ["replicas"],
};

export const prod: StageDefinition = {
  ...{
    name: "prod",
    from: ["preprod"],
    routes: [["preprod"]],
    clusterUid: undefined,
    zone: undefined,
    gated: true,
    gate,
  },
  availability: { minReplicas: 1, disruptionBudget: true },
};

function member(principal: string, untilMs?: number) {
  return { principal, sinceMs: T0 - 1000 * HOUR, untilMs };
}

export const trust: Trust = {
  stages: new Map([
    ["preprod", { ...prod, name: "preprod", from: ["extest"], routes: [["extest"]] }],
    ["prod", prod],
  ]),
  roles: new Map([
    ["release-managers", [member(ADA.principal), member(BEN.principal)]],
    ["operations", [member(CAT.principal), member(DAN.principal)]],
    ["deployers", [member(ROBOT.principal)]],
  ]),
  allowedSigners: { text: "", signers: [] },
  imageKeys: { keys: [], identities: [] },
  adopted: [],
  revocations: { keys: [], digests: [], statements: [] },
  exemptions: [],
  trustedRoot: undefined,
  stageRefusals: new Map(),
  root: { version: 3, digest: digestOf("root 3") },
};

export function statesOf(text = STACK_FILE): ReadonlyMap<string, DesiredState> {
  return toDesiredStates({ project: PROJECT, stage: "prod", catalogue, stackFile: stackFileOf(text) }, gate.free);
}

export function valid({ principal, fingerprint }: typeof ADA): SignatureCheck {
  return { kind: "valid", principal, fingerprint };
}

export interface StatementSpec extends Partial<Omit<Statement, "applications">> {
  readonly applications: Readonly<Record<string, Partial<Transition>>>;
}

export function statementOf({ applications, ...spec }: StatementSpec): Statement {
  const transitions = Object.entries(applications).map(
    ([name, one]) => [name, { before: undefined, after: undefined, previous: undefined, ...one }] as const,
  );
  const text = renderStatement({
    ...{ kind: "promotion", project: PROJECT, stage: "prod", from: "preprod", reason: "a test", who: ADA.principal },
    ...{ whenMs: T0, source: undefined, restores: undefined },
    ...spec,
    applications: new Map(transitions),
  });
  const parsed = parseStatement(Buffer.from(text), `statements/${digestOf(text).slice(7, 19)}/statement.json`);
  assert.ok(parsed.kind === "accepted", JSON.stringify(parsed));
  return parsed.value;
}

interface Approver {
  readonly by?: typeof ADA;
  readonly role?: string;
  readonly atMs?: number;
  readonly signature?: SignatureCheck;
  readonly fields?: Partial<SignedStatement["approvals"][number]["approval"]>;
}

export function signed(
  statement: Statement,
  approvers: readonly Approver[] = [{ by: BEN, role: "release-managers" }, {}],
): SignedStatement {
  return {
    statement,
    promoter: valid({ principal: statement.who, fingerprint: `SHA256:${statement.who.split("@")[0] ?? ""}` }),
    approvals: approvers.map(
      ({ by = CAT, role = "operations", atMs = statement.whenMs + HOUR, signature, fields }, index) => ({
        approval: {
          ...{ file: `approvals/${index + 1}.json`, project: PROJECT, stage: "prod", statement: statement.digest },
          ...{ role, principal: by.principal, whenMs: atMs, ...fields },
        },
        signature: signature ?? valid(by),
      }),
    ),
    withdrawals: [],
  };
}

interface Withdrawer {
  readonly by?: typeof ADA;
  readonly atMs?: number;
  readonly signature?: SignatureCheck;
  readonly fields?: Partial<SignedStatement["withdrawals"][number]["withdrawal"]>;
}

/** The same with withdrawals, by default of Cat's approval. */
export function withWithdrawals(one: SignedStatement, withdrawers: readonly Withdrawer[]): SignedStatement {
  const { statement } = one;
  const added = withdrawers.map(({ by = CAT, atMs = statement.whenMs + 2 * HOUR, signature, fields }, index) => ({
    withdrawal: {
      ...{ file: `approvals/${index + 101}.json`, project: PROJECT, stage: "prod", statement: statement.digest },
      ...{ withdraws: "approval" as const, role: "operations", principal: by.principal, reason: "second thoughts" },
      ...{ whenMs: atMs, ...fields },
    },
    signature: signature ?? valid(by),
  }));
  return { ...one, withdrawals: [...one.withdrawals, ...added] };
}

/** Moves all applications of the sample into prod. */
export function baseline(text = STACK_FILE): Statement {
  return statementOf({
    applications: Object.fromEntries([...statesOf(text)].map(([name, after]) => [name, { after }])),
  });
}

/** Another statement about an application, a day after the one that it continues. @param from a stack file, as `to` */
export function change(name: string, from: string, to: string, previous = baseline(), more: object = {}) {
  return statementOf({
    ...{ kind: "change", from: undefined, whenMs: previous.whenMs + 24 * HOUR },
    applications: {
      [name]: { before: statesOf(from).get(name), after: statesOf(to).get(name), previous: previous.digest },
    },
    ...more,
  });
}

export interface Case {
  readonly statements?: readonly SignedStatement[];
  readonly text?: string;
  readonly trust?: Trust;
  readonly gate?: Gate;
  readonly definition?: StageDefinition;
  readonly project?: string;
  readonly desired?: ReadonlyMap<string, DesiredState>;
  readonly deployed?: DeployedCoverage;
}

export function requestOf({
  statements = [signed(baseline())],
  text = STACK_FILE,
  ...rest
}: Case = {}): CoverageRequest {
  const chains = chainsOf(statements.map(({ statement }) => statement));
  const all = new Map(statements.map((one) => [one.statement.digest, one]));
  const tails = [...chains.values()].flatMap((chain) =>
    chain.kind === "chain" ? [tailOf(chain.links).statement] : [],
  );
  const needed = evidenceNeeded(tails, new Map([...all].map(([digest, { statement }]) => [digest, statement])));
  const evidence = new Map<Digest, SignedStatement>(
    [...needed.keys()].flatMap((digest) => {
      const one = all.get(digest);
      return one === undefined ? [] : [[digest, one] as const];
    }),
  );
  return {
    ...{ project: PROJECT, definition: prod, gate, trust, deployed: undefined },
    ...{ chains, evidence, placeOf: (path) => sourceOf(text).placeOf(path) },
    ...rest,
    desired: rest.desired ?? statesOf(text),
  };
}

/** The codes of everything that stands against a case, in order. */
export function codesOf(one: Case = {}): string[] {
  return allRefusals(decideCoverage(requestOf(one)))
    .map(({ code }) => code)
    .toSorted();
}

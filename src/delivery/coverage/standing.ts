import type { Digest } from "../../model/digest.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import type { SignedStatement } from "../../model/statements/signed-statement.ts";
import type { Statement } from "../../model/statements/statement.ts";
import type { StageDefinition } from "../../model/stages.ts";
import type { Gate } from "../../model/trust/gate.ts";
import { keysWithEnd } from "../../model/trust/key-ends.ts";
import type { Trust } from "../../model/trust/trust.ts";
import {
  checkPromoter,
  countApprovals,
  refuseApprovals,
  refuseBeyondRollback,
  refusePromoter,
  refuseWithdrawnStatement,
  type ApprovalCount,
} from "./approvals.ts";
import { deployedStatements, type DeployedCoverage } from "./deployed.ts";
import type { People } from "./people.ts";
import { isSamePinned, restoresEarlier, refuseWrongRestores } from "./rollback.ts";
import { refuseAhead } from "./signed-time.ts";
import { shortDigest, type Chain } from "./statement-chain.ts";

/** What statements of one stage are judged by. */
export interface Court {
  readonly project: string;
  readonly definition: StageDefinition;
  readonly gate: Gate;
  readonly trust: Trust;
  readonly chains: ReadonlyMap<string, Chain>;
  readonly evidence: ReadonlyMap<Digest, SignedStatement>;
  /** Undefined where nobody knows what was deployed: times are taken as written then. */
  readonly deployed: DeployedCoverage | undefined;
}

/**
 * The statements whose signatures a decision about these needs: they themselves, and what a rollback among them
 * restores.
 */
export function evidenceNeeded(
  tails: readonly Statement[],
  all: ReadonlyMap<Digest, Statement>,
): ReadonlyMap<Digest, Statement> {
  const needed = new Map<Digest, Statement>();
  const waiting = [...tails];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (needed.has(next.digest)) continue;
    needed.set(next.digest, next);
    const restored = next.restores === undefined ? undefined : all.get(next.restores);
    if (restored !== undefined) waiting.push(restored);
  }
  return needed;
}

/** Decides of statements whether they stand; each is judged once, so that equal reasons are the same reason. */
export class StandingCourt {
  readonly #court: Court;
  readonly #judged = new Map<Digest, readonly Refusal[]>();
  readonly #deployed: ReadonlySet<Digest>;
  readonly #endedKeys: ReadonlySet<string>;

  constructor(court: Court) {
    this.#court = court;
    this.#deployed = court.deployed === undefined ? new Set() : deployedStatements(court.chains, court.deployed);
    const nowMs = court.deployed?.nowMs ?? -Infinity;
    const ended = keysWithEnd(court.trust.allowedSigners.text).filter(({ endMs }) => endMs <= nowMs);
    this.#endedKeys = new Set(ended.map(({ fingerprint }) => fingerprint));
  }

  /** Everything that stands against a statement; empty where it stands. */
  refuse(statement: Statement): readonly Refusal[] {
    const judged = this.#judged.get(statement.digest);
    if (judged !== undefined) return judged;
    const refusals = this.#judge(statement);
    this.#judged.set(statement.digest, refusals);
    return refusals;
  }

  /** Its approvals, each judged; undefined where the gate asks for none. @param signed it, with some of its approvals */
  countApprovals(signed: SignedStatement): ApprovalCount | undefined {
    const { gate } = this.#court;
    if (gate.approvals === undefined) return undefined;
    const people = this.#peopleFor(signed.statement);
    return countApprovals(signed, gate.approvals, gate, checkPromoter(signed, gate, people), people);
  }

  /** Whether the stage was deployed under it, or under what continues it. */
  wasDeployed({ digest }: Statement): boolean {
    return this.#deployed.has(digest);
  }

  #judge(statement: Statement): readonly Refusal[] {
    const { project, definition, gate, trust, chains, evidence } = this.#court;
    const signed = evidence.get(statement.digest);
    if (signed === undefined) throw new Error(`no evidence of ${statement.file}`);
    const people = this.#peopleFor(statement);
    const promoter = checkPromoter(signed, gate, people);
    const restores = this.#restores(statement);
    const approvals = restores ? [] : refuseApprovals(signed, gate, promoter, people);
    return [
      ...refuseOrigin(statement, project, definition, trust),
      ...refuseAhead(statement, people.nowMs),
      ...refuseWrongRestores(statement, chains),
      ...refuseMovedPins(statement, definition),
      ...refuseRevokedStatement(statement, trust),
      ...refuseWithdrawnStatement(signed, gate, promoter, people),
      ...refusePromoter(signed, gate, promoter),
      ...refuseBeyondRollback(signed, gate, restores, people),
      ...approvals,
    ];
  }

  /** What was deployed was judged when it came, by who counted then, and stands as long as what it says does. */
  #peopleFor({ digest }: Statement): People {
    const { trust, deployed } = this.#court;
    const nowMs = this.#deployed.has(digest) ? undefined : deployed?.nowMs;
    return { roles: trust.roles, revocations: trust.revocations, nowMs, endedKeys: this.#endedKeys };
  }

  /** Whether a rollback needs no new approval: what it restores was approved, and still stands. */
  #restores(statement: Statement): boolean {
    const { chains, evidence } = this.#court;
    const earlier = statement.restores === undefined ? undefined : evidence.get(statement.restores)?.statement;
    return earlier !== undefined && restoresEarlier(statement, chains) && this.refuse(earlier).length === 0;
  }
}

/** For this project and stage, and from where the stage takes its versions. */
function refuseOrigin(
  statement: Statement,
  project: string,
  { name, from: sources }: StageDefinition,
  { stages }: Trust,
): Refusal[] {
  const { file, kind, from } = statement;
  const wrong = (code: string, path: string, found: string, expected: string): Refusal => ({
    code,
    place: { file, path: `predicate.${path}` },
    found,
    expected,
    action: "remove the statement; have one written for this stage",
  });
  const refusals: Refusal[] = [];
  if (statement.project !== project) refusals.push(wrong("other-project", "project", statement.project, project));
  if (statement.stage !== name) refusals.push(wrong("other-stage", "stage", statement.stage, name));
  if (kind === "promotion" && (sources === "registry" || from === undefined || !sources.includes(from))) {
    const expected = sources === "registry" ? `none: the registry feeds ${name}` : `from ${sources.join(" or ")}`;
    refusals.push(wrong("wrong-source", "from", `a promotion from ${from ?? "nowhere"}`, expected));
  }
  if (kind === "hot-fix" && from !== undefined && from !== "registry" && (!stages.has(from) || from === name))
    refusals.push(wrong("wrong-source", "from", `a hot-fix from ${from}`, "from the registry, or from another stage"));
  return refusals;
}

/** Whether an application gets a version that was not there. */
export function movesPin(before: DesiredState | undefined, after: DesiredState | undefined): boolean {
  return after !== undefined && !isSamePinned(before, after);
}

/** A change is of settings and catalogue; versions come by promotion, hot-fix and rollback. */
function refuseMovedPins({ kind, file, applications }: Statement, { from, name: stage }: StageDefinition): Refusal[] {
  // Where the registry feeds a stage, a pin comes from nowhere else.
  if (kind !== "change" || from === "registry") return [];
  return [...applications].flatMap(([name, { before, after }]) => {
    if (!movesPin(before, after)) return [];
    return [
      {
        code: "change-moves-pin",
        place: { file, path: `predicate.applications.${name}.after.state.pin` },
        found: `a change that moves ${name} to another version`,
        expected: `the pin as it was: a change in ${stage} is of settings and catalogue alone`,
        action: `promote the version: npm run promote -- ${from[0] ?? ""} ${stage} ${name}`,
      },
    ];
  });
}

function refuseRevokedStatement({ digest, file }: Statement, { revocations }: Trust): Refusal[] {
  const revoked = revocations.statements.find((one) => one.digest === digest);
  if (revoked === undefined) return [];
  return [
    {
      code: "revoked-statement",
      place: { file },
      found: `the statement ${shortDigest(digest)}, which was revoked: ${revoked.reason}`,
      expected: "a statement that counts",
      action: "have another one written on top of it and approved",
    },
  ];
}

import type { Digest } from "../../model/digest.ts";
import type { Place, Refusal } from "../../model/refusal.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import type { SignedStatement } from "../../model/statements/signed-statement.ts";
import type { StageDefinition } from "../../model/stages.ts";
import type { Gate } from "../../model/trust/gate.ts";
import type { Trust } from "../../model/trust/trust.ts";
import type { KeyPath } from "../../model/yaml-source.ts";
import { refuseOlderStatement, type DeployedCoverage } from "./deployed.ts";
import { differencesOf } from "./differences.ts";
import { StandingCourt } from "./standing.ts";
import { refuseEchoes, shortDigest, tailOf, type Chain, type Link } from "./statement-chain.ts";

/** Whether a stage is covered: where all lists are empty. */
export interface Coverage {
  /** What stands against the stage as a whole, and against applications that do not run in it. */
  readonly stage: readonly Refusal[];
  /** The reasons of each application that runs in the stage and is not covered. */
  readonly applications: ReadonlyMap<string, readonly Refusal[]>;
  /** The newest statement about each application that anything was stated about. */
  readonly statements: ReadonlyMap<string, Digest>;
}

export interface CoverageRequest {
  readonly project: string;
  readonly definition: StageDefinition;
  readonly gate: Gate;
  readonly trust: Trust;
  /** Of every application that runs in the stage. */
  readonly desired: ReadonlyMap<string, DesiredState>;
  readonly chains: ReadonlyMap<string, Chain>;
  /** Of every statement that `evidenceNeeded` names. */
  readonly evidence: ReadonlyMap<Digest, SignedStatement>;
  readonly deployed: DeployedCoverage | undefined;
  readonly placeOf: (path: KeyPath) => Place;
}

/** Of a stage without a gate. */
export const COVERED: Coverage = { stage: [], applications: new Map(), statements: new Map() };

const SHOWN_DIFFERENCES = 5;

/** Decides whether what is to run is what was stated, signed and approved. */
export function decideCoverage(request: CoverageRequest): Coverage {
  const { desired, chains, deployed } = request;
  const court = new StandingCourt(request);
  const names = new Set([...desired.keys(), ...chains.keys(), ...(deployed?.statements.keys() ?? [])]);
  const reasons = [...names].toSorted().map((name) => [name, refuseApplication(name, request, court)] as const);
  const wrong = reasons.filter(([, refusals]) => refusals.length > 0);
  return {
    stage: [...new Set(wrong.filter(([name]) => !desired.has(name)).flatMap(([, refusals]) => refusals))],
    applications: new Map(wrong.filter(([name]) => desired.has(name))),
    statements: new Map(
      [...chains].flatMap(([name, chain]) =>
        chain.kind === "chain" ? [[name, tailOf(chain.links).statement.digest] as const] : [],
      ),
    ),
  };
}

/** Every reason, each once. */
export function allRefusals({ stage, applications }: Coverage): readonly Refusal[] {
  return [...new Set([...stage, ...[...applications.values()].flat()])];
}

function refuseApplication(name: string, request: CoverageRequest, court: StandingCourt): readonly Refusal[] {
  const { desired, chains, deployed } = request;
  const chain = chains.get(name);
  const state = desired.get(name);
  const older = refuseOlderStatement(name, chain, deployed);
  if (chain === undefined) return [...older, ...(state === undefined ? [] : [refuseUnstated(name, request)])];
  if (chain.kind === "broken") return [...chain.refusals, ...older];
  const tail = tailOf(chain.links);
  const difference = refuseDifference(name, state, tail, request);
  return [...older, ...difference, ...refuseEchoes(name, chain), ...court.refuse(tail.statement)];
}

function refuseUnstated(name: string, { definition, placeOf }: CoverageRequest): Refusal {
  const stage = definition.name;
  return {
    code: "not-covered",
    place: placeOf(["config", "lockstep:pins", name]),
    found: `${name}, which no statement moved into ${stage}`,
    expected: `a signed statement that brings ${name} to ${stage}`,
    action: promoteOrPropose(definition, name),
  };
}

function refuseDifference(
  name: string,
  state: DesiredState | undefined,
  { statement, transition: { after } }: Link,
  request: CoverageRequest,
): Refusal[] {
  if (state?.digest === after?.digest) return [];
  const { definition, placeOf } = request;
  const stated = `the statement ${shortDigest(statement.digest)}`;
  const pinPlace = placeOf(["config", "lockstep:pins", name]);
  const expected = `what was stated and approved: ${statement.file}`;
  const action = promoteOrPropose(definition, name);
  if (state === undefined) {
    const found = `no ${name}, which runs in ${definition.name} by ${stated}`;
    return [{ code: "not-covered", place: pinPlace, found, expected, action: proposeAction(definition) }];
  }
  if (after === undefined) {
    const found = `${name}, which ${stated} took out of ${definition.name}`;
    return [{ code: "not-covered", place: pinPlace, found, expected, action }];
  }
  const differences = differencesOf(name, after.state, state.state);
  const [first] = differences;
  const more = differences.length - SHOWN_DIFFERENCES;
  const texts = differences.slice(0, SHOWN_DIFFERENCES).map(({ text }) => text);
  const pinned = differences.some(({ path }) => path?.[1] === "lockstep:pins");
  return [
    {
      code: "not-covered",
      place: first?.path === undefined ? pinPlace : placeOf(first.path),
      found: [
        `${name} differs from what ${stated} approved:`,
        ...texts,
        ...(more > 0 ? [`and ${more} more`] : []),
      ].join("\n"),
      expected,
      action: pinned ? action : proposeAction(definition),
    },
  ];
}

function promoteOrPropose(definition: StageDefinition, name: string): string {
  const { from, name: stage } = definition;
  return from === "registry" ? proposeAction(definition) : `npm run promote -- ${from[0] ?? ""} ${stage} ${name}`;
}

function proposeAction({ name }: StageDefinition): string {
  return `npm run propose -- ${name}, or take the change back`;
}

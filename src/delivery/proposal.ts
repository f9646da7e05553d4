import { didYouMean } from "../model/nearest.ts";
import { accepted, refused, type Outcome, type Place, type Refusal } from "../model/refusal.ts";
import type { StageDefinition } from "../model/stages.ts";
import type { DesiredState } from "../model/statements/desired-state.ts";
import type { Statement } from "../model/statements/statement.ts";
import { refuseEchoes, shortDigest, tailOf, type Chain } from "./coverage/statement-chain.ts";
import { movesPin } from "./coverage/standing.ts";

export interface ProposalRequest {
  readonly definition: StageDefinition;
  /** Of every application that runs in the stage. */
  readonly desired: ReadonlyMap<string, DesiredState>;
  readonly chains: ReadonlyMap<string, Chain>;
  /** What the court says against a statement. */
  readonly refuse: (statement: Statement) => readonly Refusal[];
  /** Empty: all. */
  readonly names: readonly string[];
  /** Of the catalogue. */
  readonly known: readonly string[];
  /** Where the stack file has the application's pin. */
  readonly placeOf: (application: string) => Place;
}

/** What a change would state, by application; undefined: it goes. Empty where all of it is stated. */
export type Proposal = ReadonlyMap<string, DesiredState | undefined>;

/** Everything of a stage that was not stated so: settings, catalogue, applications that went; never versions. */
export function planProposal(request: ProposalRequest): Outcome<Proposal> {
  const { desired, chains, names } = request;
  const all = [...new Set([...desired.keys(), ...chains.keys()])].toSorted();
  const unknown = names.filter((name) => !all.includes(name)).map((name) => refuseUnknown(name, all, request));
  const chosen = all.filter((name) => names.length === 0 || names.includes(name));
  const planned = chosen.map((name) => [name, planOne(name, request)] as const);
  const refusals = [
    ...new Set([...unknown, ...planned.flatMap(([, one]) => (one.kind === "refused" ? one.refusals : []))]),
  ];
  if (refusals.length > 0) return refused(refusals);
  const stated = planned.filter(([, one]) => one.kind === "accepted" && one.value === "state");
  return accepted(new Map(stated.map(([name]) => [name, desired.get(name)])));
}

function planOne(
  name: string,
  { definition, desired, chains, refuse, placeOf }: ProposalRequest,
): Outcome<"state" | "leave"> {
  const state = desired.get(name);
  const chain = chains.get(name);
  if (chain?.kind === "broken") return refused(chain.refusals);
  const tail = chain === undefined ? undefined : tailOf(chain.links);
  const before = tail?.transition.after;
  if (state?.digest === before?.digest) {
    if (chain === undefined || tail === undefined) return accepted("leave");
    return restate([...refuseEchoes(name, chain), ...refuse(tail.statement)]);
  }
  // Where the registry feeds a stage, a pin comes from nowhere else.
  if (definition.from !== "registry" && movesPin(before, state)) {
    const stated =
      tail === undefined ? "which nothing was stated about" : `unlike ${shortDigest(tail.statement.digest)}`;
    return refused([refuseMoved(name, stated, definition, definition.from, placeOf(name))]);
  }
  return accepted("state");
}

/** Nothing differs: what was taken back, or stated twice, is stated again, where nothing else stands against it. */
function restate(against: readonly Refusal[]): Outcome<"state" | "leave"> {
  const taken = against.filter(({ code }) => RESTATED.has(code));
  if (taken.length === 0) return accepted("leave");
  const others = against.filter(({ code }) => !RESTATED.has(code) && code !== "not-approved");
  return others.length > 0 ? refused(others) : accepted("state");
}

const RESTATED: ReadonlySet<string> = new Set(["conflicting-statements", "withdrawn-statement", "revoked-statement"]);

function refuseMoved(
  name: string,
  stated: string,
  { name: stage }: StageDefinition,
  from: readonly string[],
  place: Place,
): Refusal {
  return {
    code: "change-moves-pin",
    place,
    found: `another version of ${name}, ${stated}`,
    expected: `the version that was stated: a proposal is of settings and catalogue alone`,
    action: `promote it: npm run promote -- ${from[0] ?? ""} ${stage} ${name}; or take it back, or name the others`,
  };
}

function refuseUnknown(name: string, all: readonly string[], { known, definition }: ProposalRequest): Refusal {
  const inCatalogue = known.includes(name);
  return {
    code: inCatalogue ? "not-in-stage" : "unknown-application",
    place: { path: name },
    found: inCatalogue ? `${name}, which does not run in ${definition.name}` : `${name}${didYouMean(name, known)}`,
    expected: `one of ${all.join(", ")}`,
    action: "correct the name",
  };
}

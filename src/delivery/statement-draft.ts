import { refused, accepted, combineAll, type Outcome } from "../model/refusal.ts";
import type { DesiredState } from "../model/statements/desired-state.ts";
import type { Statement, Transition } from "../model/statements/statement.ts";
import { tailOf, type Chain } from "./coverage/statement-chain.ts";

/** A statement that nobody has signed yet: what `renderStatement` takes. */
export type StatementDraft = Omit<Statement, "digest" | "file" | "subjects">;

export interface DraftRequest extends Pick<
  StatementDraft,
  "kind" | "project" | "stage" | "from" | "reason" | "who" | "source" | "restores"
> {
  /** What each application is to be; undefined: it goes. */
  readonly after: ReadonlyMap<string, DesiredState | undefined>;
  /** Of the stage, of all applications. */
  readonly chains: ReadonlyMap<string, Chain>;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The statement that continues what was stated about these applications until now. */
export function draftStatement(request: DraftRequest): Outcome<StatementDraft> {
  const { after, chains, nowMs, ...rest } = request;
  const transitions = [...after].map(([name, state]) => toTransition(name, state, chains.get(name)));
  const combined = combineAll(transitions);
  if (combined.kind === "refused") return combined;
  const predecessors = combined.value.map(({ afterMs }) => afterMs);
  return accepted({
    ...rest,
    // Whole seconds, as it is written; clocks differ, and no statement is older than what it continues.
    whenMs: Math.max(Math.floor(nowMs / 1000) * 1000, ...predecessors),
    applications: new Map(combined.value.map(({ name, transition }) => [name, transition])),
  });
}

interface Continuation {
  readonly name: string;
  readonly transition: Transition;
  /** The time of the predecessor. */
  readonly afterMs: number;
}

function toTransition(name: string, after: DesiredState | undefined, chain: Chain | undefined): Outcome<Continuation> {
  if (chain === undefined)
    return accepted({ name, transition: { before: undefined, after, previous: undefined }, afterMs: 0 });
  if (chain.kind === "broken") return refused(chain.refusals);
  const { statement, transition } = tailOf(chain.links);
  return accepted({
    name,
    transition: { before: transition.after, after, previous: statement.digest },
    afterMs: statement.whenMs,
  });
}

import { accepted, andThen, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { shellWord } from "../../model/shell-word.ts";
import type { ClusterAccess } from "../kubectl.ts";
import type { EngineRun } from "./ended-run.ts";
import { refreshStage } from "./engine-run.ts";
import { findObjects } from "./found-objects.ts";
import { readStackState } from "./read-stack-state.ts";
import { relinquishFields } from "./relinquished-fields.ts";
import { exportState, importState } from "./state-transfer.ts";
import type { PendingOperation, StackState } from "./stack-state.ts";
import { deadManagers, pendingCreates, settlePending, type SettledOperation } from "./settle-pending.ts";

/** The engine's word for an object that it had begun to make. */
const CREATING = "creating";

/** What a killed run had left unfinished, and what became of it; empty where nothing was. */
export interface Recovery {
  readonly settled: readonly SettledOperation[];
}

/**
 * Brings the state of a stack into line with the cluster after a run was killed in the middle of an update: what that
 * run was creating and the cluster has is taken over, and the engine then looks at everything. In the cluster only the
 * dead run's name is taken from objects that a later run took over by itself. Without it the next update would fail on
 * its own objects, or take an object for unchanged that the killed run had changed. A run of it that is killed itself
 * is done again by the next.
 * @param access of the stage's cluster; undefined for a stage that names none
 * @param against asked where there is something to settle: what stands against believing what this cluster says. The
 * engine would forget every object that a wrong one does not have
 */
export async function recoverStack(
  stage: string,
  access: ClusterAccess | undefined,
  signal: AbortSignal,
  against: (state: StackState) => Promise<readonly Refusal[]> = () => Promise.resolve([]),
): Promise<Outcome<Recovery>> {
  const state = await readStackState(stage, signal);
  if (state.kind === "refused") return state;
  const { pending, unread } = state.value;
  if (pending.length === 0 && unread.length === 0) return accepted({ settled: [] });
  const refusals = await against(state.value);
  if (refusals.length > 0) return refused(refusals);
  const changing = pending.filter(({ operation }) => operation !== CREATING);
  // First: what is taken over is imported, and the engine drops whatever else is pending then.
  const looked = changing.length > 0 ? await refresh(stage, signal) : accepted(undefined);
  if (looked.kind === "refused") return looked;
  const settled: SettledOperation[] = changing.map((begun) => ({ ...namesOf(begun), outcome: "looked-at" }));
  if (changing.length < pending.length) {
    const created = await settleCreates(stage, access, signal);
    if (created.kind === "refused") return created;
    settled.push(...created.value);
  }
  settled.push(...unread.map((urn): SettledOperation => ({ urn, operation: CREATING, outcome: "taken-over" })));
  const all = accepted({ settled });
  if (settled.every(({ outcome }) => outcome !== "taken-over")) return all;
  return andThen(await refresh(stage, signal), () => all);
}

function namesOf({ urn, operation }: PendingOperation): Pick<SettledOperation, "urn" | "operation"> {
  return { urn, operation };
}

async function refresh(stage: string, signal: AbortSignal): Promise<Outcome<undefined>> {
  const message = "Look at what a killed run left";
  const refreshed = await refreshStage({ stage, signal, message, record: { verb: "recover" } });
  signal.throwIfAborted();
  return refreshed.ended === "succeeded" ? accepted(undefined) : refused([notRefreshed(stage, refreshed)]);
}

/** What the engine's own refresh does not settle. */
async function settleCreates(
  stage: string,
  access: ClusterAccess | undefined,
  signal: AbortSignal,
): Promise<Outcome<readonly SettledOperation[]>> {
  const exported = await exportState(stage, signal);
  if (exported.kind === "refused") return exported;
  const deployment = exported.value.deployment;
  const creates = pendingCreates(deployment);
  const inputs = new Map([...creates].map(([urn, resource]) => [urn, resource["inputs"]]));
  const found = access === undefined ? accepted(new Map<string, never>()) : await findObjects(inputs, access);
  if (found.kind === "refused") return found;
  if (access !== undefined) {
    // Before the state forgets what was pending: nobody would look again.
    const relinquished = await relinquishFields(deadManagers(deployment, found.value), access);
    if (relinquished.kind === "refused") return relinquished;
  }
  const settlement = settlePending(deployment, found.value);
  const imported = await importState(stage, { ...exported.value.whole, deployment: settlement.deployment }, signal);
  return imported.kind === "refused" ? imported : accepted(settlement.settled);
}

function notRefreshed(stage: string, { said }: EngineRun): Refusal {
  return {
    code: "not-recovered",
    place: { path: `state of ${stage}` },
    found: said,
    expected: "a look at everything in the cluster that a killed run may have changed",
    action: `mend what the engine names, then type the command again; the same look by itself: pulumi refresh --stack ${shellWord(stage)}`,
  };
}

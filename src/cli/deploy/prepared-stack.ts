import { endLeftProcesses } from "../../adapters/engine-run/left-processes.ts";
import { readStackState } from "../../adapters/engine-run/read-stack-state.ts";
import { recoverStack } from "../../adapters/engine-run/recovery.ts";
import { breakLock, readUpdateLock, refuseLocked } from "../../adapters/engine-run/update-lock.ts";
import type { StackState } from "../../adapters/engine-run/stack-state.ts";
import type { ClusterAccess } from "../../adapters/kubectl.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { refuseLostCluster } from "../../delivery/cluster.ts";
import { orThrow, printable, refused, RefusalError, type Outcome, type Refusal } from "../../model/refusal.ts";
import { shellCommand } from "../../model/shell-word.ts";
import { refuseStrangeCluster } from "../../stage-cluster-check.ts";
import type { DeployCall } from "./deploy-stage.ts";
import type { OpenedStage } from "./opened-stage.ts";
import { settledLines } from "./settled-text.ts";

/**
 * Sees to it that nobody else is at work on the stack and that its state is whole: what a killed run left is settled
 * before anything is planned on it. A dry run settles nothing. Says what it did on standard error.
 * @returns whether the state was changed
 * @throws RefusalError (1) where the stack is locked, or its state cannot be read or settled
 */
export async function prepareStack(
  call: Pick<DeployCall, "stage" | "options" | "signal">,
  { loaded, access, nowMs }: Pick<OpenedStage, "loaded" | "access" | "nowMs">,
): Promise<boolean> {
  const { stage, options, signal } = call;
  const dryRun = options.dryRun === true;
  const lock = await readUpdateLock(stage, signal);
  if (lock !== undefined || options.breakLock === true) {
    if (options.breakLock !== true || dryRun) {
      if (lock !== undefined) throw new RefusalError([refuseLocked(stage, lock, nowMs)], 1);
    } else {
      orThrow(await breakLock(stage, nowMs, signal), 1);
      if (lock !== undefined) say(`removed the update lock of ${lock.owner} on ${lock.host} (process ${lock.pid})`);
      await endLeft();
    }
  }
  if (dryRun) {
    const { pending, unread } = orThrow(withInit(await readStackState(stage, signal), stage), 1);
    const count = pending.length + unread.length;
    if (count > 0)
      say(`a killed run left ${count} ${plural(count)}: the next run that is no --dry-run settles them first`);
    return false;
  }
  const against = (state: StackState) => refuseUnknownCluster(state, loaded, access);
  const { settled } = orThrow(withInit(await recoverStack(stage, access, signal, against), stage), 1);
  if (settled.length === 0) return false;
  say(`settled what a killed run had left: ${settled.length} ${plural(settled.length)}`);
  for (const line of settledLines(settled)) say(line);
  await endLeft();
  return true;
}

async function endLeft(): Promise<void> {
  for (const { program, pid } of await endLeftProcesses()) say(`ended ${program} (process ${pid}) of a killed engine`);
}

/** Before a state is brought into line with what a cluster says, it has to be the stage's. */
async function refuseUnknownCluster(
  { pending, unread }: StackState,
  loaded: LoadedStage,
  access: ClusterAccess | undefined,
): Promise<readonly Refusal[]> {
  if (access !== undefined) return refuseStrangeCluster(loaded, access);
  const hasResources =
    unread.length > 0 ||
    pending.some(({ type, operation }) => type.startsWith("kubernetes:") || operation !== "creating");
  const place = loaded.source.placeOf(["config", "lockstep:cluster", "context"]);
  return refuseLostCluster(false, hasResources, loaded.stage.name, place);
}

/** Who deploys a stage for the first time makes its stack first; to be told to deploy helps nobody here. */
function withInit<T>(outcome: Outcome<T>, stage: string): Outcome<T> {
  if (outcome.kind === "accepted") return outcome;
  const init = shellCommand(["pulumi", "stack", "init", stage, "--no-select"]);
  return refused(
    outcome.refusals.map((refusal) =>
      refusal.code === "no-stack"
        ? { ...refusal, action: `${init}; if it was there: look at PULUMI_BACKEND_URL, and pulumi stack ls` }
        : refusal,
    ),
  );
}

function plural(count: number): string {
  return count === 1 ? "operation that had not ended" : "operations that had not ended";
}

/** Not on standard output: it is no part of what was asked for. */
function say(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

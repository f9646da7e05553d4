import type { EngineRun } from "../../adapters/engine-run/ended-run.ts";
import { upStage } from "../../adapters/engine-run/engine-run.ts";
import { lockFromText, refuseLocked } from "../../adapters/engine-run/update-lock.ts";
import { refuseNotAsShown } from "./shown-inputs.ts";
import { refuseOtherState } from "./shown-state.ts";
import { plannedDigest } from "../../as-planned.ts";
import { printable, RefusalError, type Refusal } from "../../model/refusal.ts";
import { isUnready, type ApplicationRollout } from "../../model/rollout.ts";
import { followRollout, readRollout, type RolledApplication } from "../../rollout.ts";
import { rolloutView } from "../rollout-text.ts";
import type { DeployCall } from "./deploy-stage.ts";
import { judgeUpdate } from "./judged-preview.ts";
import type { LookAhead } from "./look-ahead.ts";
import type { OpenedStage } from "./opened-stage.ts";
import { updateWords } from "./update-words.ts";

/** What the engine did, and how the applications are after it. */
export interface UpdatedStage {
  readonly run: EngineRun;
  readonly message: string;
  readonly startedMs: number;
  readonly endedMs: number;
  /** The last look at each application that was to change; empty where the cluster did not answer. */
  readonly rollouts: readonly ApplicationRollout[];
  /** What an update that came to its end has against it all the same: that its policies did not judge it. */
  readonly unjudged: readonly Refusal[];
}

/** How long a look at the cluster may take that nobody can interrupt any more. */
const LAST_LOOK_MS = 15_000;

/** Deploys what was shown, and follows the roll-out. @throws RefusalError where it could not even begin */
export async function updateStage(call: DeployCall, opened: OpenedStage, ahead: LookAhead): Promise<UpdatedStage> {
  const { stage, signal } = call;
  const { message, record } = await updateWords(call, ahead);
  const { snapshot, loaded } = opened;
  await refuseOtherState(stage, ahead.mark, signal);
  refuseNotAsShown(snapshot);
  const startedMs = Date.now();
  const planned = plannedDigest(loaded, snapshot);
  const { promise: begun, resolve: onChange } = Promise.withResolvers<unknown>();
  const up = upStage({
    ...{ stage, policyPack: undefined, refresh: ahead.refresh, message, record, planned, onChange, signal },
    ...(opened.access === undefined ? {} : { access: opened.access }),
  });
  // Before the engine changes something there is nothing to see, and to look takes what the engine could use.
  const following = Promise.race([begun, up.catch(() => undefined)])
    .then(() => follow(call, opened, ahead, up))
    // Whatever becomes of the looking: nobody leaves the engine alone.
    .catch((error: unknown) => unseen(error, signal));
  const run = await up;
  const seen = await following;
  if (run.ended === "locked")
    throw new RefusalError([refuseLocked(stage, lockFromText(run.said), Date.now(), run.said)], 1);
  const rollouts =
    run.ended === "interrupted"
      ? await lastLook(opened, ahead)
      : run.ended === "succeeded" && seen.some(isUnready)
        ? await waitFurther(call, opened, ahead, seen)
        : seen;
  return { run, message, startedMs, endedMs: Date.now(), rollouts, unjudged: judgeUpdate(run, opened) };
}

/**
 * The engine waits for what it changes; what an interrupted run had changed already it takes for done, ready or not, and
 * so it does, once in many times, where the cluster has not begun with the newest version when it looks. Waited for as
 * long as a roll-out of these may take.
 */
async function waitFurther(
  call: DeployCall,
  opened: OpenedStage,
  ahead: LookAhead,
  seen: readonly ApplicationRollout[],
): Promise<readonly ApplicationRollout[]> {
  const open = new Set(seen.filter(isUnready).map(({ application }) => application));
  const limits = opened.loaded.stage.applications.flatMap(({ application: { name }, rolloutSeconds }) =>
    open.has(name) ? [rolloutSeconds] : [],
  );
  const deadline = AbortSignal.timeout(Math.max(...limits, 0) * 1000);
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => {
    resolve(undefined);
  };
  deadline.addEventListener("abort", end, { once: true });
  call.signal.addEventListener("abort", end, { once: true });
  const following = follow(call, opened, ahead, over, (all) => {
    if (!all.some(isUnready)) end();
  });
  return following.catch((error: unknown) => unseen(error, call.signal));
}

async function follow(
  call: DeployCall,
  opened: OpenedStage,
  ahead: LookAhead,
  until: Promise<unknown>,
  onLook: (all: readonly ApplicationRollout[]) => void = () => undefined,
): Promise<readonly ApplicationRollout[]> {
  const { access } = opened;
  const applications = changing(opened, ahead);
  if (access === undefined || applications.length === 0) return [];
  const view = rolloutView(process.stderr);
  const onProgress = (all: readonly ApplicationRollout[]): void => {
    view.show(all);
    onLook(all);
  };
  const last = await followRollout({ applications, access, onProgress, until, signal: call.signal });
  view.clear();
  return last.kind === "refused" ? [] : last.value;
}

function unseen(error: unknown, { aborted }: AbortSignal): readonly ApplicationRollout[] {
  if (aborted) return [];
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`the roll-out cannot be followed: ${printable(why)}\n`);
  return [];
}

/** What is where, after Ctrl-C: the signal that ended the engine ends every question with it as well. */
async function lastLook(opened: OpenedStage, ahead: LookAhead): Promise<readonly ApplicationRollout[]> {
  const applications = changing(opened, ahead);
  if (opened.access === undefined || applications.length === 0) return [];
  const access = { ...opened.access, signal: AbortSignal.timeout(LAST_LOOK_MS) };
  const read = await readRollout({ applications, access });
  return read.kind === "refused" ? [] : read.value;
}

/** The applications whose roll-out is followed: those that change and stay. */
function changing({ loaded }: OpenedStage, { plan }: LookAhead): readonly RolledApplication[] {
  const names = new Set(plan.applications.flatMap(({ name, after }) => (after === undefined ? [] : [name])));
  return loaded.stage.applications.flatMap(({ application: { name }, namespace, pin }) =>
    names.has(name) ? [{ name, namespace, image: pin.image.digest }] : [],
  );
}

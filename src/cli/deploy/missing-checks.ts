import { failedApplications, type FailedApplication } from "../../delivery/deployment/failed-applications.ts";
import { changesAmong } from "../../delivery/promotion/last-update.ts";
import { orThrow } from "../../model/refusal.ts";
import { withReason } from "../../delivery/rollout/with-reason.ts";
import { isServing, type ApplicationRollout } from "../../model/rollout.ts";
import type { SmokeFailure } from "../../smoke-checks.ts";
import { rememberChecks, smokeOf } from "./checked-applications.ts";
import type { DeployCall } from "./deploy-stage.ts";
import type { LookAhead } from "./look-ahead.ts";
import type { OpenedStage } from "./opened-stage.ts";
import { isAllWell, lookAtStage, waitForStage, type Looked } from "./stage-look.ts";

/** What became of the look at a stage in which there is nothing to deploy. */
export interface MadeUp {
  readonly ended: "nothing" | "failed" | "interrupted";
  /** Not checked before as they are now: ready, and their smoke checks have passed. */
  readonly passed: readonly string[];
  /** Of a dry run: those that were not checked before, and are not now. */
  readonly unchecked: readonly string[];
  /** Not checked before as they are now: not ready, or a smoke check failed. */
  readonly failed: readonly FailedApplication[];
  /** Those whose image had never passed here: their failure is that of a roll-out. */
  readonly neverPassed: ReadonlySet<string>;
  /** Checked before as they are now, and not ready any more. */
  readonly spoiled: readonly FailedApplication[];
}

const NOTHING: MadeUp = {
  ...{ ended: "nothing", passed: [], unchecked: [], failed: [], spoiled: [] },
  neverPassed: new Set(),
};

/**
 * Makes up for what an earlier run did not come to: waits for what is still rolling out, and runs the smoke checks of
 * what had not passed them. At everything else it looks once.
 */
export async function makeUpForChecks(call: DeployCall, opened: OpenedStage, ahead: LookAhead): Promise<MadeUp> {
  const { signal, options } = call;
  const { access, loaded } = opened;
  if (access === undefined || loaded.stage.applications.length === 0) return NOTHING;
  const { deployed, history } = ahead.record;
  const question = { loaded, access, deployed };
  try {
    const first = orThrow(await lookAtStage(question), 1);
    if (isAllWell(first)) return NOTHING;
    if (options.dryRun === true) return onlyLooked(first);
    const looked = await waitForStage(question, first, changesAmong(history)[0], signal);
    const due = looked.filter(({ rollout, standing }) => standing !== "passed" && isServing(rollout));
    const names = due.map(({ name }) => name);
    const made = judgeLook(looked, await smokeOf(call, opened, names));
    signal.throwIfAborted();
    await rememberChecks(opened, made.passed);
    return made;
  } catch (error) {
    if (!signal.aborted) throw error;
    return { ...NOTHING, ended: "interrupted" };
  }
}

/** What was checked before is told even so; whether the rest is well, nobody has found out. */
function onlyLooked(looked: readonly Looked[]): MadeUp {
  const open = looked.filter(({ standing }) => standing !== "passed");
  const { ended, spoiled } = judgeLook(
    looked.filter(({ standing }) => standing === "passed"),
    [],
  );
  return { ...NOTHING, ended, spoiled, unchecked: open.map(({ name }) => name) };
}

/** What a look found. @param smoke of those that were not checked before, and serve */
export function judgeLook(looked: readonly Looked[], smoke: readonly SmokeFailure[]): MadeUp {
  const open = looked.filter(({ standing }) => standing !== "passed");
  const rest = looked.filter(({ standing }) => standing === "passed");
  const failed = failedApplications({ errors: [], rollouts: notServing(open), smoke });
  const spoiled = failedApplications({ errors: [], rollouts: notServing(rest), smoke: [] });
  const bad = new Set(failed.map(({ name }) => name));
  return {
    ended: failed.length + spoiled.length > 0 ? "failed" : "nothing",
    passed: open.flatMap(({ name }) => (bad.has(name) ? [] : [name])),
    unchecked: [],
    ...{ failed, spoiled },
    neverPassed: new Set(open.flatMap(({ name, standing }) => (standing === "never" ? [name] : []))),
  };
}

function notServing(looked: readonly Looked[]): readonly ApplicationRollout[] {
  return looked.flatMap(({ rollout }) => (isServing(rollout) ? [] : [withReason(rollout)]));
}

import { readPassedChecks } from "../../adapters/passed-checks.ts";
import type { ClusterAccess } from "../../adapters/kubectl.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { desiredStatesOf } from "../../desired-states.ts";
import type { DeployedStage, StackUpdate } from "../../model/deployed-stage.ts";
import { standingOf, type CheckStanding, type PassedChecks } from "../../model/passed-checks.ts";
import { accepted, andThen, combine, orThrow, type Outcome } from "../../model/refusal.ts";
import { isServing, isStuck, type ApplicationRollout } from "../../model/rollout.ts";
import { followRollout, readRollout, type RolledApplication } from "../../rollout.ts";
import { rolloutView } from "../rollout-text.ts";

/** An application that runs, and what is known of it. */
export interface Looked {
  readonly name: string;
  readonly rollout: ApplicationRollout;
  readonly standing: CheckStanding;
}

export interface LookQuestion {
  readonly loaded: LoadedStage;
  readonly deployed: DeployedStage;
  readonly access: ClusterAccess;
}

/** For pods that are just being replaced: by a node that goes, or by the end of an update a moment ago. */
const SETTLING_MS = 15_000;

/** One look: how all that runs in the stage stands. */
export async function lookAtStage(question: LookQuestion): Promise<Outcome<readonly Looked[]>> {
  const { loaded, access } = question;
  const { project, name: stage, applications } = loaded.stage;
  const placed = applications.map(({ application: { name }, namespace }) => ({ name, namespace }));
  const [rollouts, remembered] = await Promise.all([
    readRollout({ applications: followed(question), access }),
    readPassedChecks({ project, stage, applications: placed, access }),
  ]);
  return andThen(combine({ rollouts, remembered }), (read) => {
    const standings = standingsOf(loaded, read.remembered);
    const seen = new Map(read.rollouts.map((rollout) => [rollout.application, rollout]));
    return accepted(
      placed.map(({ name }) => ({
        ...{ name, rollout: seen.get(name) ?? withoutWorkloads(name) },
        standing: standings.get(name) ?? "never",
      })),
    );
  });
}

/** Whether all of it is ready, and was checked as it is. */
export function isAllWell(looked: readonly Looked[]): boolean {
  return looked.every(({ rollout, standing }) => standing === "passed" && isServing(rollout));
}

function withoutWorkloads(application: string): ApplicationRollout {
  return { application, workloads: [], done: true, problems: [] };
}

function standingsOf(loaded: LoadedStage, remembered: ReadonlyMap<string, PassedChecks>) {
  const desired = desiredStatesOf(loaded);
  return new Map(
    loaded.stage.applications.flatMap(({ application: { name }, pin }) => {
      const state = desired.get(name)?.digest;
      if (state === undefined) return [];
      return [[name, standingOf({ image: pin.image.digest, state }, remembered.get(name))] as const];
    }),
  );
}

/** One without workloads has nothing that could be ready. */
function followed({ loaded, deployed }: Omit<LookQuestion, "access">): readonly RolledApplication[] {
  return loaded.stage.applications.flatMap(({ application: { name }, namespace, pin }) => {
    const workloads = deployed.applications.get(name)?.workloads;
    return workloads?.length === 0 ? [] : [{ name, namespace, workloads, image: pin.image.digest }];
  });
}

/**
 * Looks on while something is not ready: what was never checked may take as long as its roll-out may, counted from the
 * last update; what was, no longer than a pod that is replaced.
 * @throws the signal's reason
 */
export async function waitForStage(
  question: LookQuestion,
  looked: readonly Looked[],
  last: StackUpdate | undefined,
  signal: AbortSignal,
): Promise<readonly Looked[]> {
  const sinceMs = Date.now() - (last?.endMs ?? last?.startMs ?? 0);
  const seconds = new Map(question.loaded.stage.applications.map((one) => [one.application.name, one.rolloutSeconds]));
  const waits = looked.map(({ name, rollout, standing }) => {
    if (isServing(rollout)) return 0;
    if (standing === "passed") return isStuck(rollout) ? 0 : SETTLING_MS;
    return Math.max(SETTLING_MS, (seconds.get(name) ?? 0) * 1000 - sinceMs);
  });
  const waitMs = Math.max(0, ...waits);
  if (waitMs === 0) return looked;
  const now = new Map((await followUntil(question, waitMs, signal)).map((rollout) => [rollout.application, rollout]));
  return looked.map((one) => ({ ...one, rollout: now.get(one.name) ?? one.rollout }));
}

/** Until all of it serves, or the time has passed. */
async function followUntil(
  question: LookQuestion,
  waitMs: number,
  signal: AbortSignal,
): Promise<readonly ApplicationRollout[]> {
  const { promise: until, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => {
    resolve(undefined);
  };
  AbortSignal.any([signal, AbortSignal.timeout(waitMs)]).addEventListener("abort", end, { once: true });
  const view = rolloutView(process.stderr);
  const onProgress = (all: readonly ApplicationRollout[]): void => {
    view.show(all);
    if (all.every(isServing)) end();
  };
  const { access } = question;
  const last = await followRollout({ applications: followed(question), access, onProgress, until, signal });
  view.clear();
  return orThrow(last, 1);
}

import {
  removeDownJobs,
  runDownMigration,
  type DownMigration,
  type DownProgress,
} from "../../adapters/down-migration.ts";
import { orThrow, RefusalError, refusalsOf, type Refusal } from "../../model/refusal.ts";
import { refuseStrangeCluster } from "../../stage-cluster-check.ts";
import type { ReadyRollback } from "./carry-out.ts";
import type { RollbackCall } from "./rollback.ts";
import type { RollbackInputs } from "./rollback-inputs.ts";

type DownJob = Pick<DownMigration, "job" | "namespace">;

/**
 * Runs the down migrations of a plan, one after the other, before anything is written.
 * @throws RefusalError where one fails: files, stack and running versions are as they were
 */
export async function takeDatabasesBack(call: RollbackCall, ready: ReadyRollback): Promise<readonly DownJob[]> {
  const { plan, inputs } = ready;
  const { access, loaded, history } = inputs;
  const running = new Map(loaded.stage.applications.map((one) => [one.application.name, one]));
  const done: DownJob[] = [];
  if (access !== undefined && plan.applications.some(({ down }) => down !== undefined)) {
    // A context of the same name may lead to another cluster: its databases are not to be taken anywhere.
    const strange = await refuseStrangeCluster(loaded, access);
    if (strange.length > 0) throw new RefusalError(strange, 1);
  }
  for (const { name, before, down } of plan.applications) {
    if (down === undefined) continue;
    const application = running.get(name);
    if (application === undefined || before === undefined || access === undefined)
      throw new Error(`a down migration of ${name}, which runs nowhere`);
    const migrated = await runDownMigration({
      ...{ application, running: before.image, namespace: application.namespace, ...down, access, signal: call.signal },
      afterUpdate: history[0]?.startTime,
      onProgress: (progress) => {
        process.stderr.write(`${progressText(name, down.toLevel, progress)}\n`);
      },
    });
    done.push(orThrow(migrated, 1));
  }
  return done;
}

/**
 * Their evidence is needed until the rollback runs; also that of a run that was killed after its migration.
 * @returns why they are still there: the rollback itself is deployed
 * @param back those whose rollback is deployed: of another application, a Job may be all that tells where its database is
 */
export async function removeDownMigrations(
  { access, jobs }: Pick<RollbackInputs, "access" | "jobs">,
  back: readonly string[],
  done: readonly DownJob[],
): Promise<readonly Refusal[]> {
  if (access === undefined) return [];
  const earlier = jobs.filter(
    ({ direction, state, application }) => direction === "down" && state === "succeeded" && back.includes(application),
  );
  const all = [...done, ...earlier.map(({ name, namespace }) => ({ job: name, namespace }))];
  const each = new Map(all.map((one) => [`${one.namespace}/${one.job}`, one]));
  if (each.size === 0) return [];
  const names = [...each.values()].map(({ job, namespace }) => `${namespace}/${job}`).join(", ");
  return refusalsOf(await removeDownJobs([...each.values()], access)).map((refusal) => ({
    ...refusal,
    action: `the rollback is deployed, only its Jobs are left: ${names}; ${refusal.action}`,
  }));
}

function progressText(name: string, toLevel: number, { job, state }: DownProgress): string {
  const what = `${name}: the down migration to level ${toLevel} (Job ${job})`;
  switch (state) {
    case "started":
      return `${what} runs …`;
    case "continued":
      return `${what} was begun by an earlier run, and goes on …`;
    case "succeeded":
      return `${what} has succeeded`;
    case "failed":
      return `${what} has failed`;
  }
}

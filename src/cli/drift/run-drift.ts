import type { ClusterAccess } from "../../adapters/kubectl.ts";
import { readProjectName } from "../../adapters/project-name.ts";
import { loadStage, type LoadedStage } from "../../adapters/stage-loader.ts";
import { findDrift } from "../../drift.ts";
import { accepted, orThrow, refused, type Outcome } from "../../model/refusal.ts";
import { driftToJson } from "./drift-json.ts";
import { renderDrift } from "./drift-text.ts";

export interface DriftOptions {
  readonly json?: boolean;
}

const DRIFT_FOUND = 3;

/** Prints what is not as declared. @returns the exit code @throws RefusalError where that cannot be known */
export async function runDrift(stage: string, { json }: DriftOptions, signal: AbortSignal): Promise<number> {
  const project = orThrow(await readProjectName(), 2);
  const loaded = orThrow(await loadStage({ project, stage }), 2);
  const access = orThrow(accessTo(loaded, signal), 2);
  if (process.stderr.isTTY) process.stderr.write(`Asking engine and cluster of ${stage} …\n`);
  const drift = orThrow(await findDrift({ loaded, access, signal }), 1);
  const text = json === true ? JSON.stringify(driftToJson(drift), undefined, 2) : renderDrift(drift);
  process.stdout.write(`${text}\n`);
  return drift.objects.length > 0 ? DRIFT_FOUND : 0;
}

function accessTo({ stage, stackFile, source }: LoadedStage, signal: AbortSignal): Outcome<ClusterAccess> {
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  const context = stackFile.cluster?.context;
  if (context !== undefined) return accepted({ context, place, signal });
  return refused([
    {
      code: "no-cluster",
      place,
      found: `${stage.name} without a cluster`,
      expected: "lockstep:cluster: { context: <kubeconfig context> }: what runs there is looked at",
      action: `name the cluster of ${stage.name}`,
    },
  ]);
}

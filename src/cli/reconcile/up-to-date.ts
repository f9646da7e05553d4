import { GitFolder } from "../../adapters/git.ts";
import { projectRoot } from "../../adapters/project.ts";
import { readStackHistory } from "../../adapters/stack-history.ts";
import { readDeployedStage } from "../../adapters/stack-outputs.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { differsFromRecord } from "../../delivery/deployment/record-difference.ts";
import { splitDrift } from "../../delivery/drift/overwritten.ts";
import { changesAmong, isWhole } from "../../delivery/promotion/last-update.ts";
import { findDrift } from "../../drift.ts";
import type { StackUpdate } from "../../model/deployed-stage.ts";
import { accepted, combine } from "../../model/refusal.ts";

/**
 * Whether there is surely nothing to deploy: the last update was of this very commit, of the whole stage, succeeded,
 * and the cluster is as it left it. In seconds, without the engine's preview; where anything is doubtful: no.
 */
export async function isUpToDate(loaded: LoadedStage, signal: AbortSignal): Promise<boolean> {
  const { stage, stackFile, source, trust } = loaded;
  const context = stackFile.cluster?.context;
  if (context === undefined) return false;
  const access = { context, place: source.placeOf(["config", "lockstep:cluster", "context"]), signal };
  const enough = (updates: readonly StackUpdate[]): boolean => updates.some(isWhole);
  const [head, deployed, history, drift] = await Promise.all([
    new GitFolder(projectRoot, signal).commitOf("HEAD"),
    readDeployedStage(stage.name, signal),
    readStackHistory({ stage: stage.name, enough, signal }),
    findDrift({ loaded, access, signal }),
  ]);
  // The deploy that follows says what cannot be read.
  const known = combine({ deployed, history, drift, head: accepted(head) });
  if (known.kind === "refused") return false;
  const [lastUpdate] = changesAmong(known.value.history);
  if (lastUpdate === undefined || head === undefined) return false;
  const same = lastUpdate.head === head && !lastUpdate.dirty;
  // The statements are this commit's.
  const record = { deployed: known.value.deployed, lastUpdate, root: trust.root, statements: new Map() };
  return same && !differsFromRecord(record) && splitDrift(known.value.drift.objects).overwritten.length === 0;
}

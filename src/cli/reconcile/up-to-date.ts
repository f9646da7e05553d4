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
import type { Digest } from "../../model/digest.ts";
import { accepted, combine } from "../../model/refusal.ts";
import { isAllWell, lookAtStage } from "../deploy/stage-look.ts";
import { isKnown, readKnownInputs } from "./known-inputs.ts";

export interface Standing {
  /** Surely nothing to deploy. */
  readonly upToDate: boolean;
  /** When the newest update began that changed what runs. */
  readonly update: string | undefined;
}

/**
 * Whether there is surely nothing to deploy: the last update was of the whole stage and succeeded, it was of this very
 * commit, or of inputs for which a preview found nothing to do since; the cluster is as it left it, and all that runs is
 * ready and has passed its checks. In seconds, without the engine's preview; where anything is doubtful: no.
 * @param inputs of the files as they are
 */
export async function standingNow(
  loaded: LoadedStage,
  inputs: Digest | undefined,
  signal: AbortSignal,
): Promise<Standing> {
  const { stage, stackFile, source, trust } = loaded;
  const context = stackFile.cluster?.context;
  if (context === undefined) return { upToDate: false, update: undefined };
  const access = { context, place: source.placeOf(["config", "lockstep:cluster", "context"]), signal };
  const enough = (updates: readonly StackUpdate[]): boolean => updates.some(isWhole);
  const outputs = readDeployedStage(stage.name, signal);
  const look = outputs.then((deployed) =>
    deployed.kind === "accepted" ? lookAtStage({ loaded, access, deployed: deployed.value }) : deployed,
  );
  const [head, deployed, history, drift, looked, remembered] = await Promise.all([
    new GitFolder(projectRoot, signal).commitOf("HEAD"),
    outputs,
    readStackHistory({ stage: stage.name, enough, signal }),
    findDrift({ loaded, access, signal }),
    look,
    readKnownInputs(stage.name, signal),
  ]);
  // The deploy that follows says what cannot be read.
  const known = combine({ deployed, history, drift, looked, head: accepted(head) });
  if (known.kind === "refused") return { upToDate: false, update: undefined };
  const [lastUpdate] = changesAmong(known.value.history);
  if (lastUpdate === undefined || head === undefined) return { upToDate: false, update: undefined };
  const update = lastUpdate.startTime;
  const same =
    (lastUpdate.head === head && !lastUpdate.dirty) || isKnown(remembered, { inputs, update, atMs: Date.now() });
  // The statements are this commit's, or the inputs'.
  const record = { deployed: known.value.deployed, lastUpdate, root: trust.root, statements: new Map() };
  const whole = !differsFromRecord(record) && splitDrift(known.value.drift.objects).overwritten.length === 0;
  return { upToDate: same && whole && isAllWell(known.value.looked), update };
}

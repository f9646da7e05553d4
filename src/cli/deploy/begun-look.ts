import { readFileSync } from "node:fs";
import { join } from "node:path";
import { takeSnapshot, type InputSnapshot } from "../../adapters/input-snapshot.ts";
import type { EngineRun } from "../../adapters/engine-run/ended-run.ts";
import { previewStage } from "../../adapters/engine-run/preview.ts";
import { readFileMark, type StateMark } from "../../adapters/engine-run/state-mark.ts";
import { projectRoot } from "../../adapters/project.ts";
import { refuseSteered } from "../../delivery/deployment/whole-stage.ts";
import { RefusalError, type Outcome } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { settleUnfinished } from "../unfinished-change.ts";
import type { DeployCall } from "./deploy-stage.ts";
import { refuseNotAsWritten } from "./written-inputs.ts";

/** The engine's preview, which takes longest of all: begun before anything else is asked, or even loaded. */
export interface EarlyLook {
  /** Of the state before the engine read it: an update that ends meanwhile is one that came later. */
  readonly mark: Promise<Outcome<StateMark | undefined>>;
  readonly preview: Promise<EngineRun>;
  /** Resolves when the engine has ended. */
  readonly stop: () => Promise<void>;
}

/** A deploy of which nothing is known but what its files look like. */
export interface BegunLook {
  /** Of everything that the plan is made from: taken before any of it was read. */
  readonly snapshot: InputSnapshot;
  /** Undefined where something else has to be seen to before the engine may start. */
  readonly early: EarlyLook | undefined;
}

/**
 * Finishes what a killed run left of a statement, and has the engine look ahead. This loads little: the engine starts
 * while the rest is read.
 * @throws RefusalError (2) where variables would have the engine do something else, (1) where the files are not what a
 * way back has written
 */
export async function beginLook(call: DeployCall): Promise<BegunLook> {
  const { stage, options, written } = call;
  const steered = refuseSteered(process.env);
  if (steered.length > 0) throw new RefusalError(steered, 2);
  await settleUnfinished(stage, options.dryRun === true);
  const snapshot = takeSnapshot(stage);
  if (written !== undefined) refuseNotAsWritten(written, snapshot);
  return { snapshot, early: mayBegin(call) ? lookEarly(call) : undefined };
}

/**
 * What ends the processes of somebody else's run is not to meet our own. And where the file does not say how its secrets
 * are kept, or there is none, the engine writes that into it, whatever was typed.
 */
function mayBegin({ stage, options }: DeployCall): boolean {
  if (options.breakLock === true) return false;
  try {
    return KEEPS_SECRETS.test(readFileSync(join(projectRoot, stackFileName(stage)), "utf8"));
  } catch {
    // Whoever reads it next says what is wrong with it.
    return false;
  }
}

const KEEPS_SECRETS = /^(?:encryptionsalt|secretsprovider|encryptedkey):/m;

/** Has the engine look ahead. */
export function lookEarly({ stage, signal }: DeployCall): EarlyLook {
  const ending = new AbortController();
  const mark = readFileMark(stage, signal);
  const request = { stage, policyPack: undefined, refresh: false, signal: AbortSignal.any([signal, ending.signal]) };
  const preview = mark.then(() => previewStage(request));
  // Whoever waits for it hears of it; until then nobody does.
  preview.catch(() => undefined);
  const stop = async (): Promise<void> => {
    ending.abort();
    await Promise.allSettled([preview]);
  };
  return { mark, preview, stop };
}

import { previewStage, type EngineRun } from "../../adapters/engine-run/engine-run.ts";
import { readFileMark, type StateMark } from "../../adapters/engine-run/state-mark.ts";
import type { Outcome } from "../../model/refusal.ts";
import type { DeployCall } from "./deploy-stage.ts";
import type { OpenedStage } from "./opened-stage.ts";
import { prepareStack } from "./prepared-stack.ts";

/** The engine's preview, which takes longest of all: begun before anything else is asked. */
export interface EarlyLook {
  /** Of the state before the engine read it: an update that ends meanwhile is one that came later. */
  readonly mark: Promise<Outcome<StateMark | undefined>>;
  readonly preview: Promise<EngineRun>;
  /** Resolves when the engine has ended. */
  readonly stop: () => Promise<void>;
}

/**
 * Prepares the stack while the engine looks ahead already; where a killed run had to be settled, it looks again.
 * @throws RefusalError as `prepareStack`
 */
export async function prepareMeanwhile(call: DeployCall, opened: OpenedStage): Promise<EarlyLook> {
  // What ends the processes of somebody else's run is not to meet our own.
  if (call.options.breakLock === true) {
    await prepareStack(call, opened);
    return lookEarly(call);
  }
  const early = lookEarly(call);
  try {
    if (!(await prepareStack(call, opened))) return early;
  } catch (error) {
    await early.stop();
    throw error;
  }
  await early.stop();
  return lookEarly(call);
}

function lookEarly({ stage, signal }: DeployCall): EarlyLook {
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

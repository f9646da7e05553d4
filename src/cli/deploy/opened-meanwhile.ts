import { endLeftProcesses } from "../../adapters/engine-run/left-processes.ts";
import { lookEarly, type BegunLook, type EarlyLook } from "./begun-look.ts";
import type { DeployCall } from "./deploy-stage.ts";
import { openStage, type OpenedStage } from "./opened-stage.ts";
import { prepareStack } from "./prepared-stack.ts";

/** A stage whose files are read and whose stack is at rest, and what the engine is about to say of it. */
export interface LookedAt {
  readonly opened: OpenedStage;
  readonly early: EarlyLook;
}

/**
 * Reads the stage and prepares its stack while the engine looks ahead already; where a killed run had to be settled, it
 * looks again.
 * @throws RefusalError as `openStage` and `prepareStack`; the engine has ended then
 */
export async function openMeanwhile(call: DeployCall, { snapshot, early }: BegunLook): Promise<LookedAt> {
  try {
    const opened = await openStage(call, snapshot);
    const changed = await prepareStack(call, opened);
    if (early !== undefined && !changed) return { opened, early };
    await early?.stop();
    return { opened, early: lookEarly(call) };
  } catch (error) {
    await early?.stop();
    // Ended before it began, the engine leaves behind what it had started by then.
    if (early !== undefined) await endLeftProcesses();
    throw error;
  }
}

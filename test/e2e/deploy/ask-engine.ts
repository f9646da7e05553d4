// Run in a clone: what its own code does with a stage's stack, as JSON. Arguments: what is asked, and the stage.
import { upStage, type EngineRunRequest } from "../../../src/adapters/engine-run/engine-run.ts";
import { endLeftProcesses } from "../../../src/adapters/engine-run/left-processes.ts";
import { previewStage } from "../../../src/adapters/engine-run/preview.ts";
import { recoverStack } from "../../../src/adapters/engine-run/recovery.ts";
import { readStackState } from "../../../src/adapters/engine-run/read-stack-state.ts";
import { breakLock, lockFromText, readUpdateLock } from "../../../src/adapters/engine-run/update-lock.ts";
import { loadStage } from "../../../src/adapters/stage-loader.ts";
import { plannedDigest } from "../../../src/as-planned.ts";
import { untilInterrupted } from "../../../src/cli/interruption.ts";
import { isDigest } from "../../../src/model/digest.ts";
import type { Json } from "../../../src/model/json.ts";
import { orThrow } from "../../../src/model/refusal.ts";

const [question = "", stage = "inttest", planned = ""] = process.argv.slice(2);
const access = { context: "lockstep-sandbox", place: {} };

async function answer(signal: AbortSignal): Promise<unknown> {
  const request: EngineRunRequest = {
    ...{ stage, signal, policyPack: undefined, refresh: false, access },
    message: "Because of a test",
    record: { verb: "deploy", by: "somebody", statement: "none" },
    ...(isDigest(planned) ? { planned } : {}),
  };
  switch (question) {
    case "preview":
      return previewStage(request);
    case "up":
      return upStage(request);
    case "recover":
      return recoverStack(stage, access, signal);
    case "state":
      return readStackState(stage, signal);
    case "lock":
      return (await readUpdateLock(stage, signal)) ?? null;
    case "said-lock":
      return lockFromText((await upStage(request)).said) ?? null;
    case "break":
      return breakLock(stage, Date.now(), signal);
    case "left":
      return (await endLeftProcesses()).map(({ program }) => program);
    case "planned":
      return plannedDigest(orThrow(await loadStage({ project: "lockstep", stage }), 2));
    default:
      throw new Error(`nothing of that name is asked: ${question}`);
  }
}

// Of this script, and JSON as far as it is written.
const said = (await untilInterrupted(answer)) as Json;
process.stdout.write(JSON.stringify(said));

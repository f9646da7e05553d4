// Run in a clone: what its own code says of prod, as JSON. The program and the pack show refusals without their codes.
import { loadStage } from "../../../src/adapters/stage-loader.ts";
import { checkCoverage } from "../../../src/coverage.ts";
import { allRefusals } from "../../../src/delivery/coverage/coverage.ts";
import { desiredStatesOf } from "../../../src/desired-states.ts";

const loaded = await loadStage({ project: "lockstep", stage: "prod" });
const answer =
  loaded.kind === "refused"
    ? { loaded: false, refusals: loaded.refusals, states: {} }
    : {
        loaded: true,
        refusals: allRefusals(await checkCoverage(loaded.value)),
        states: Object.fromEntries(desiredStatesOf(loaded.value)),
      };
process.stdout.write(JSON.stringify(answer));

import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import type { DriftOptions } from "./run-drift.ts";

/** `lockstep drift <stage>`. */
export function driftCommand(): Command {
  return new Command("drift")
    .description("what in a stage's cluster is not as the last update declared it")
    .argument("<stage>", "the stage, such as prod")
    .option("--json", "the answer as JSON")
    .addHelpText(
      "after",
      `
Compares every object of the stage with the cluster: what was changed by hand, and by which tool, what
was deleted, and what was added in the namespaces that the stage makes. What controllers and the API
server make is no drift. Values of Secrets are neither compared nor shown: what somebody else wrote since
counts as changed. Changes nothing, and needs no passphrase.

  npm run drift -- prod
  npm run -s drift -- prod --json

Exit codes: 0 everything is as declared, 3 something is not, 1 failed, such as a cluster that does not
answer, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, options: DriftOptions) => {
      const { runDrift } = await import("./run-drift.ts");
      process.exitCode = await untilInterrupted((signal) => runDrift(stage, options, signal));
    });
}

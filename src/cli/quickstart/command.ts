import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { quickstart } from "./quickstart.ts";

/** `lockstep quickstart`. */
export function quickstartCommand(): Command {
  return new Command("quickstart")
    .description("from a fresh clone to applications running in the sandbox's inttest stage")
    .addHelpText(
      "after",
      `
Builds the tools that this machine lacks (the first time about 17 minutes on two
cores), starts the sandbox in .sandbox/, publishes and signs the sample images and
charts, and runs pulumi up -s inttest. Safe to repeat, and quick then.

Exit codes: 0 done, 1 refused or failed, 2 wrong use, 130 interrupted.`,
    )
    .action(async () => {
      await untilInterrupted((signal) => quickstart(signal));
    });
}

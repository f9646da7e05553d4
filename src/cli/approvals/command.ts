import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import type { ApprovalsOptions } from "./approvals.ts";

/** `lockstep approvals <stage>`. */
export function approvalsCommand(): Command {
  return new Command("approvals")
    .description("shows who signed the statements of a stage, and what is missing")
    .argument("<stage>", "the stage, such as prod")
    .option("--all", "also those that nothing is missing of, in full")
    .option("--json", "all of it as JSON")
    .addHelpText(
      "after",
      `
  npm run approvals -- prod

Exit codes: 0 shown, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, options: ApprovalsOptions) => {
      const { approvals } = await import("./approvals.ts");
      await untilInterrupted((signal) => approvals({ stage, options, signal }));
    });
}

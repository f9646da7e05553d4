import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { addPublicationOptions } from "../publication.ts";
import type { ProposeOptions } from "./propose.ts";

/** `lockstep propose <stage> [application…]`. */
export function proposeCommand(): Command {
  const command = new Command("propose")
    .description("states settings and catalogue changes of a gated stage")
    .argument("<stage>", "the stage, such as prod")
    .argument("[application...]", "applications; none: everything that was not stated so")
    .requiredOption("--reason <text>", "why, for those who approve and for auditors")
    .option("--key <file>", "the SSH key to sign with (git's user.signingkey, ~/.ssh, the agent)")
    .option("--all", "shows values in full, and computed ones that only repeat others")
    .option("--base <ref>", "the branch that it is to go to (the CI's, else the default branch)")
    .option("--no-fetch", "does not ask the remote for its newest")
    .option("--dry-run", "shows the plan and writes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan as JSON");
  return addPublicationOptions(command)
    .addHelpText(
      "after",
      `
Writes and signs a statement about everything in the stage that differs from what was stated: settings,
catalogue, applications that were taken out. Versions are promoted, not proposed.

  npm run propose -- prod portal --reason "more memory for the campaign" --branch portal-memory

Exit codes: 0 done, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, names: readonly string[], options: ProposeOptions) => {
      const { propose } = await import("./propose.ts");
      await untilInterrupted((signal) => propose({ stage, names, options, signal }));
    });
}

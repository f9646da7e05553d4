import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { addPublicationOptions } from "../publication.ts";
import type { ApproveOptions } from "./approve.ts";

/** `lockstep approve <stage> [statement]`. */
export function approveCommand(): Command {
  const command = new Command("approve")
    .description("shows what is to be approved, and signs it")
    .argument("<stage>", "the stage, such as prod")
    .argument("[statement]", "the first digits of a statement's digest; none: all that wait, one after the other")
    .option("--role <group>", "in whose name (the first group of the gate that you are in)")
    .option("--key <file>", "the SSH key to sign with (git's user.signingkey, ~/.ssh, the agent)")
    .option("--all", "shows values in full, and computed ones that only repeat others")
    .option("--dry-run", "shows what would be approved, and signs nothing")
    .option("--yes", "does not ask")
    .option("--json", "what was shown, as JSON");
  return addPublicationOptions(command)
    .addHelpText(
      "after",
      `
Shows a statement in full, with what it changes of each application, and signs an approval of it.

  npm run approve -- prod 0d6ee11c1a09

Exit codes: 0 done, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, named: string | undefined, options: ApproveOptions) => {
      const { approve } = await import("./approve.ts");
      await untilInterrupted((signal) => approve({ stage, named, options, signal }));
    });
}

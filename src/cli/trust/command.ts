import { Command, InvalidArgumentError } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { editTrust } from "./edit.ts";
import { initTrust } from "./init.ts";
import { signTrust } from "./sign.ts";
import { showTrust } from "./status.ts";
import { verifyTrust } from "./verify.ts";

const EXIT_CODES = "\nExit codes: 0 done, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.";

/** `lockstep trust init|edit|sign|status|verify`. */
export function trustCommand(): Command {
  // Before the subcommands are made: they inherit it.
  const command = new Command("trust")
    .description("who and what counts: the signed list of the files under trust/ and policy/, and of Pulumi.yaml")
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(--help shows what it takes)")
    .addHelpText("after", "\nHow it is meant to be used: docs/trust.md");
  addInit(command);
  addEdit(command);
  addSign(command);
  command
    .command("status")
    .description("anchor, roots, owners, what waits for signatures, what differs, expires or is revoked")
    .option("--json", "for programs")
    .addHelpText("after", EXIT_CODES)
    .action((options: Parameters<typeof showTrust>[0]) => untilInterrupted((signal) => showTrust(options, signal)));
  command
    .command("verify")
    .description("whether the anchor leads to a root that names exactly what is here; 1 with every reason where not")
    .option("--json", "for programs")
    .addHelpText("after", EXIT_CODES)
    .action((options: Parameters<typeof verifyTrust>[0]) => untilInterrupted(() => verifyTrust(options)));
  return command;
}

function addInit(command: Command): void {
  asChange(command.command("init"))
    .description("in a new clone: writes what is missing under trust/, signs the first root, prints the anchor")
    .option("--key <file>", "your SSH key; without it the one that git signs with, ~/.ssh or the agent's only one")
    .option("--principal <name>", "your name in the files (git's user.email)")
    .option("--add-owner <principal=key.pub>", "one more owner of the root; may be repeated", append)
    .option("--member <principal=key.pub>", "one more member of every group that gates name; may be repeated", append)
    .option("--threshold <n>", "how many owners must sign a change", number)
    .addHelpText(
      "after",
      `
The anchor is where trust begins. It must stand outside of the repository: in the settings
of the machines and pipelines that deploy.

  npm run trust -- init
  npm run trust -- init --key ~/.ssh/id_ed25519.pub --add-owner ben@example.com=ben.pub --threshold 2
${EXIT_CODES}`,
    )
    .action((options: Parameters<typeof initTrust>[0]) => untilInterrupted((signal) => initTrust(options, signal)));
}

function addEdit(command: Command): void {
  asChange(command.command("edit"))
    .description("after files were changed: shows what differs and writes the next root, for the owners to sign")
    .option("--add-owner <principal=key.pub>", "one more owner; the same principal again: another key", append)
    .option("--remove-owner <principal>", "one owner less; may be repeated", append)
    .option("--threshold <n>", "how many owners must sign a change", number)
    .addHelpText("after", EXIT_CODES)
    .action((options: Parameters<typeof editTrust>[0]) => untilInterrupted((signal) => editTrust(options, signal)));
}

function addSign(command: Command): void {
  asChange(command.command("sign"))
    .description("shows what would change and adds an owner's signature to the next root")
    .option("--key <file>", "your SSH key; without it the one that git signs with, ~/.ssh or the agent's only one")
    .addHelpText("after", EXIT_CODES)
    .action((options: Parameters<typeof signTrust>[0]) => untilInterrupted((signal) => signTrust(options, signal)));
}

function asChange(command: Command): Command {
  return command
    .option("--dry-run", "shows the plan and writes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan as JSON");
}

function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function number(value: string): number {
  if (!/^[1-9]\d?$/.test(value)) throw new InvalidArgumentError("a number of owners, from 1");
  return Number(value);
}

import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { addPublicationOptions } from "../publication.ts";
import type { RevokeOptions } from "./revoke.ts";

/** `lockstep revoke <stage> [statement]`. */
export function revokeCommand(): Command {
  const command = new Command("revoke")
    .description("withdraws an approval of your own, or a statement")
    .argument("<stage>", "the stage, such as prod")
    .argument("[statement]", "the first digits of a statement's digest; none: the only one that you signed")
    .requiredOption("--reason <text>", "why, for those who read the record")
    .option("--statement", "withdraws the statement itself, not only your approval of it")
    .option("--key <file>", "the SSH key to sign with (git's user.signingkey, ~/.ssh, the agent)")
    .option("--dry-run", "shows what would follow, and signs nothing")
    .option("--yes", "does not ask")
    .option("--json", "what was done, as JSON");
  return addPublicationOptions(command)
    .addHelpText(
      "after",
      `
An approver takes back an approval; a promoter takes back a statement, which is for good: what it says is
stated again on top. Where something must count for nothing whatever anybody signs, list it in
trust/revoked.yaml and have the root signed: npm run trust -- edit.

  npm run revoke -- prod 0d6ee11c1a09 --reason "2.3.0 loses appointments"

Exit codes: 0 done, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, named: string | undefined, options: RevokeOptions) => {
      const { revoke } = await import("./revoke.ts");
      await untilInterrupted((signal) => revoke({ stage, named, options, signal }));
    });
}

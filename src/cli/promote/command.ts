import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { addPublicationOptions } from "../publication.ts";
import { promote, type PromoteOptions } from "./promote.ts";

/** `lockstep promote <from> <to> [application…]`. */
export function promoteCommand(): Command {
  const command = new Command("promote")
    .description("moves proven versions from one stage to the next, with a signed statement")
    .argument("<from>", "the stage where they run now, such as extest")
    .argument("<to>", "the stage that takes its versions from there, such as preprod")
    .argument("[application...]", "applications of the catalogue; without them everything that differs, as one unit")
    .option("--reason <text>", "why, for those who approve and for later")
    .option("--key <file>", "the SSH key to sign with; without it the one that git signs with")
    .option("--render", "shows the Kubernetes objects that will change as well")
    .option("--accept-downtime", "even if a running version cannot live with the migration of its successor")
    .option("--base <ref>", "the branch that the change is to go to; without it the remote's default branch")
    .option("--no-fetch", "takes the base branch as it was fetched last")
    .option("--dry-run", "shows the plan and writes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan as JSON");
  return addPublicationOptions(command)
    .addHelpText(
      "after",
      `
Asks all that must be so first, and names everything that is not: the way between the stages, who
promotes, what the source has deployed and how it fares there, the soak, holds, signatures, what the
target still needs, its database, the order of versions, git. Then writes Pulumi.<to>.yaml and a
statement below statements/<to>/, and signs it. Deploys nothing.

  npm run promote -- extest preprod --reason "tested by QA"
  npm run promote -- preprod prod portal appointments --commit --branch release-4

Exit codes: 0 done or nothing to promote, 1 refused or failed, 2 wrong use or invalid configuration,
130 interrupted.`,
    )
    .action(async (from: string, to: string, applications: readonly string[], options: PromoteOptions) => {
      await untilInterrupted((signal) => promote({ from, to, applications, options, signal }));
    });
}

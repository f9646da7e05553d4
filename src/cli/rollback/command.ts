import { Command, Option } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { addPublicationOptions } from "../publication.ts";
import type { RollbackOptions } from "./rollback.ts";

/** `lockstep rollback <stage> [application…]`. */
export function rollbackCommand(): Command {
  const command = new Command("rollback")
    .description("brings back the versions of an earlier update, from the stack's history")
    .argument("<stage>", "the stage, such as prod")
    .argument("[application...]", "applications of the catalogue; without them everything that runs")
    .option("--to <update>", "the number of an update, or the time at which it began")
    .option("--to-revision <revision>", "a commit of this project, or the source of an image")
    .option("--list", "shows what there is to go back to, and changes nothing")
    .option("--reason <text>", "why, for the statement and for the stack's history")
    .option("--key <file>", "the SSH key to sign with; without it the one that git signs with")
    .option("--with-migrations", "lets the running version take its database back first, where it can")
    .option("--accept-downtime", "even if a running version cannot live with the database meanwhile")
    .addOption(new Option("--no-deploy", "writes the files and deploys nothing"))
    .option("--break-lock", "removes the lock that a killed update left behind")
    .option("--base <ref>", "the branch that the change is to go to; without it the remote's default branch")
    .option("--no-fetch", "takes the base branch as it was fetched last")
    .option("--dry-run", "shows the plan and changes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan and how it ended as JSON");
  return addPublicationOptions(command)
    .addHelpText(
      "after",
      `
Without --to and --to-revision it goes to the newest update that succeeded before the versions of now
came. Only versions go back: settings and catalogue stay as they are, and the plan names what changed
in them since. A version that the database has gone beyond is refused. In a gated stage it writes and
signs a statement; what comes back exactly as it was stated and approved needs no new approval.

  npm run rollback -- prod --list
  npm run rollback -- prod portal --reason "logins fail since 2.3.1" --yes
  npm run rollback -- prod --to 12 --commit --push

Exit codes: 0 rolled back or nothing to do, 1 refused, failed, or written and waiting for approvals,
2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, applications: readonly string[], options: RollbackOptions) => {
      const { rollback } = await import("./rollback.ts");
      await untilInterrupted((signal) => rollback({ stage, applications, options, signal }));
    });
}

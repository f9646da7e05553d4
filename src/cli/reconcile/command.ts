import { Command, Option } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { addPublicationOptions } from "../publication.ts";
import type { ReconcileOptions } from "./reconcile.ts";

/** `lockstep reconcile <stage>`. */
export function reconcileCommand(): Command {
  const command = new Command("reconcile")
    .description("one step of bringing a stage to what git says: for schedules")
    .argument("<stage>", "the stage, such as inttest")
    .option("--once", "one step, then it ends; the only way there is")
    .option("--reason <text>", "why, for the stack's history")
    .option("--key <file>", "the SSH key that signs an automatic rollback of a gated stage; without it git's")
    .option("--full", "shows each object and field that changes")
    .option("--preview", "asks the engine even where surely nothing has changed")
    .option("--accept-downtime", "even if a running version cannot live with the migration of its successor")
    .addOption(new Option("--no-rollback", "leaves a failed roll-out as it is"))
    .option("--no-fetch", "deploys what is checked out")
    .option("--dry-run", "fetches, shows what would be done and changes nothing")
    .addOption(new Option("--yes", "as always here: nobody is asked").hideHelp())
    .option("--json", "how it ended as JSON");
  return addPublicationOptions(command)
    .addHelpText(
      "after",
      `
Fetches the branch that the checked-out one follows, moves it forward (and refuses where that is not all
there is to do), and deploys as \`deploy --yes\` does: with every check, never with a person. What fails is
taken back to the version that ran before, and the version that failed is put on hold; it is not tried
again before somebody resumes. --commit --push bring hold and rollback back to git. Where the last update
was of this very commit, or a look at the same files has found nothing to do since, and where the cluster
is as it left it, ready and checked, it says so in seconds and ends; --preview looks all the same.

  npm run reconcile -- inttest --once --commit --push

Exit codes: 0 deployed or nothing to do, 1 refused, failed or rolled back, 2 wrong use or invalid
configuration, 130 interrupted.`,
    )
    .action(async (stage: string, options: ReconcileOptions) => {
      const { reconcile } = await import("./reconcile.ts");
      process.exitCode = await untilInterrupted((signal) => reconcile({ stage, options, signal }));
    });
}

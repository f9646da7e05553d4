import { Command, Option } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { addPublicationOptions } from "../publication.ts";
import type { DeployOptions } from "./deploy-stage.ts";

/** `lockstep deploy <stage>`. */
export function deployCommand(): Command {
  const command = new Command("deploy")
    .description("previews a stage with the policy pack, asks, deploys it and follows the roll-out")
    .argument("<stage>", "the stage, such as prod")
    .option("--reason <text>", "why, for the stack's history")
    .option("--full", "shows each object and field that changes")
    .option("--accept-downtime", "even if a running version cannot live with the migration of its successor")
    .option("--break-lock", "removes the lock that a killed update left behind")
    .addOption(new Option("--no-rollback", "leaves a failed roll-out as it is"))
    .option("--key <file>", "the SSH key that signs an automatic rollback of a gated stage; without it git's")
    .option("--base <ref>", "the branch that is deployed from; without it the remote's default branch")
    .option("--no-fetch", "takes the base branch as it was fetched last")
    .option("--dry-run", "shows the plan and changes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan and how it ended as JSON");
  return addPublicationOptions(command)
    .addHelpText(
      "after",
      `
Where the project is in git, the files that are deployed must be committed.
Shows what changes, application by application, and what in the cluster was changed by hand and is
overwritten. What was shown is what is deployed: a file that changes before the answer stops the run.
Then pulumi up, the roll-out of each application, and its smoke checks. What fails is taken back to the
version that ran before, and the version that failed is put on hold; --commit, --branch and --push say
what is done with the files that this writes.

  npm run deploy -- inttest
  npm run deploy -- prod --reason "release 4" --commit --push

Exit codes: 0 deployed or nothing to do, 1 refused, failed or rolled back, 2 wrong use or invalid
configuration, 130 interrupted.`,
    )
    .action(async (stage: string, options: DeployOptions) => {
      // First what begins: the engine looks ahead while the rest is loaded.
      const { beginLook } = await import("./begun-look.ts");
      const { ended } = await untilInterrupted(async (signal) => {
        const call = { stage, options, signal };
        const begun = await beginLook(call);
        const { deployBegun } = await import("./deploy-stage.ts");
        return deployBegun(call, begun);
      });
      const { exitCodeOf } = await import("./exit-code.ts");
      // A "no" has set its own.
      process.exitCode = exitCodeOf(ended) ?? process.exitCode;
    });
}

import { Command } from "commander";
import type { ChangeOptions } from "../confirmation.ts";
import { untilInterrupted } from "../interruption.ts";

/** `lockstep resume <stage> [application…]`. */
export function resumeCommand(): Command {
  return new Command("resume")
    .description("ends a hold")
    .argument("<stage>", "the stage, such as prod")
    .argument("[application...]", "applications that are held; none: the hold of the whole stage")
    .option("--dry-run", "shows the plan and writes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan as JSON")
    .addHelpText(
      "after",
      `
Removes holds from lockstep:holds in Pulumi.<stage>.yaml, and, of applications, those that a failed
roll-out left in the stage's cluster. The hold of the stage and those of its
applications are ended each by itself.

  npm run resume -- prod portal

Exit codes: 0 done, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, applications: readonly string[], options: ChangeOptions) => {
      const { resume } = await import("./resume.ts");
      await untilInterrupted((signal) => resume({ stage, applications, options, signal }));
    });
}

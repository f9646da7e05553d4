import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import type { ResumeOptions } from "./resume.ts";

/** `lockstep resume <stage> [application…]`. */
export function resumeCommand(): Command {
  return new Command("resume")
    .description("ends a hold")
    .argument("<stage>", "the stage, such as prod")
    .argument("[application...]", "applications that are held; none: the hold of the whole stage")
    .option("--image <image>", "lets this version go alone, by digest or by a reference that has one")
    .option("--dry-run", "shows the plan and writes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan as JSON")
    .addHelpText(
      "after",
      `
Removes holds from lockstep:holds in Pulumi.<stage>.yaml, and, of applications, those that a failed
roll-out left in the stage's cluster. The hold of the stage and those of its
applications are ended each by itself. Without --image every version of the application is free again.

  npm run resume -- prod portal
  npm run resume -- prod portal --image sha256:<64 hex>

Exit codes: 0 done, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, applications: readonly string[], options: ResumeOptions) => {
      const { resume } = await import("./resume.ts");
      await untilInterrupted((signal) => resume({ stage, applications, options, signal }));
    });
}

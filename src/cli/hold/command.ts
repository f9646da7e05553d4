import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import type { HoldOptions } from "./hold.ts";

/** `lockstep hold <stage> [application…]`. */
export function holdCommand(): Command {
  return new Command("hold")
    .description("keeps a stage, an application or one version of it from moving on, with a reason")
    .argument("<stage>", "the stage, such as prod")
    .argument("[application...]", "applications of the catalogue; none: the whole stage")
    .requiredOption("--reason <text>", "why, in one line")
    .option("--image <image>", "this version alone, by digest or by a reference that has one: others may come")
    .option("--until <time>", "when it ends by itself, such as 2026-11-20T10:11:12Z")
    .option("--for <time>", "the same as a length of time: 90m, 24h, 3d")
    .option("--by <name>", "who holds it (git's user.email)")
    .option("--dry-run", "shows the plan and writes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan as JSON")
    .addHelpText(
      "after",
      `
Edits lockstep:holds in Pulumi.<stage>.yaml. No version of what is held comes to the stage, by promotion
or by a deploy that would move it; settings can still be changed, and what is deployed keeps running.
With --image one version is kept away, also from pins and rollbacks, and no deploy brings it there; others
may come. A failed roll-out holds its version by itself, in the stage's cluster as well.

  npm run hold -- prod portal --reason "the login page is broken" --for 3d
  npm run hold -- prod --reason "the audit of this week"
  npm run hold -- prod portal --image sha256:<64 hex> --reason "loses sessions"

Exit codes: 0 done, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, applications: readonly string[], options: HoldOptions) => {
      const { hold } = await import("./hold.ts");
      await untilInterrupted((signal) => hold({ stage, applications, options, signal }));
    });
}

import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";

export interface StatusOptions {
  readonly application?: readonly string[];
  readonly verify?: boolean;
  readonly deployed?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `lockstep status [stage…]`. */
export function statusCommand(): Command {
  return new Command("status")
    .description("applications and stages: versions, ages, coverage, holds")
    .argument("[stages...]", "stages such as prod; all of them by default")
    .option("--application <name...>", "only these applications")
    .option("--verify", "verifies the signatures that coverage rests on, as the program does")
    .option("--deployed", "asks the engine what runs, and the clusters which versions failed there")
    .option("--json", "everything as JSON, with digests and reasons")
    .option("--markdown", "a table for a pull request or a wiki")
    .addHelpText(
      "after",
      `
Each cell has the version, the age of its image, and:
  covered, NOT covered, waiting for approvals (1 of 2)   in stages with a gate
  2 behind       versions that the source has had since it had this one; 1+
                 where the source keeps no statements; nothing: the same version
  not from S     the source S never had this version; not in S: it has none
  held           promotion and automation leave it alone; held in the cluster
                 (--deployed): this very version failed there
  -              not pinned; disabled: pinned or not, it is not to run
Of several sources the nearest counts. Without --verify coverage is what the
documents say: no signature is verified.

  npm run status
  npm run status -- preprod prod --application portal appointments
  npm run -s status -- --json

Exit codes: 0 done, 2 wrong use, or a stage whose files are refused (the others
are shown all the same), 130 interrupted.`,
    )
    .action(async (stages: string[], options: StatusOptions) => {
      process.exitCode = await untilInterrupted(async (signal) => {
        const { runStatus } = await import("./run-status.ts");
        return runStatus(stages, options, signal);
      });
    });
}

import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";

export interface DiffOptions {
  readonly all?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `lockstep diff <stage> <stage> [application…]`. */
export function diffCommand(): Command {
  return new Command("diff")
    .description("what differs between two stages: versions and settings")
    .argument("<stage>", "a stage, such as preprod")
    .argument("<other>", "another one, such as prod")
    .argument("[applications...]", "only these applications; all of them by default")
    .option("--all", "shows the applications that are the same in both, too")
    .option("--json", "the differences as JSON, with digests")
    .option("--markdown", "a table for a pull request or a wiki")
    .addHelpText(
      "after",
      `
Shows versions with their age, charts, schema levels and settings side by side.
Of a secret it says only whether it is set: ciphertexts always differ.

  npm run diff -- preprod prod
  npm run diff -- inttest extest portal --all

Exit codes: 0 done, whether or not they differ, 2 wrong use or files that are
refused, 130 interrupted.`,
    )
    .action(async (left: string, right: string, applications: string[], options: DiffOptions) => {
      await untilInterrupted(async () => {
        const { runDiff } = await import("./diff.ts");
        await runDiff({ left, right, applications, options });
      });
    });
}

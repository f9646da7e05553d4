import { Command } from "commander";
import { resolve } from "node:path";
import { forgetEnvironment } from "../../adapters/small-environment.ts";
import { untilInterrupted } from "../interruption.ts";
import type { CheckOptions } from "./run-check.ts";

/** `lockstep check [stage…]`. */
export function checkCommand(): Command {
  return new Command("check")
    .description("everything that can be decided without a cluster: for a pull request")
    .argument("[stages...]", "stages such as prod; all of them by default")
    .option("--base <ref>", "the branch that the change is to go to; by default what the CI or origin says")
    .option("--project <folder>", "the project that is judged; by default the one that this code is in")
    .option("--events <file>", "judges only what `pulumi preview|up --event-log <file>` wrote elsewhere")
    .option("--policy-pack <file>", "another policy pack than the one beside this code; its rules must be the same")
    .option("--json", "the results as JSON")
    .option("--sarif <file>", "also writes the results as SARIF 2.1.0")
    .option("--junit <file>", "also writes the results as JUnit XML")
    .addHelpText(
      "after",
      `
Parses all files, verifies the trust root and the statements, compares statements
and roots with the base branch, renders the charts and runs the policy pack on
them, in a project and a backend of its own: it needs pulumi, no cluster, no
passphrase, and the registry only for charts and signatures that are not in the
store. The code of the catalogue is run: it sees none of the credentials in the
environment (docs/ci/README.md says what remains).

  npm run check
  npm run check -- prod --base origin/main --sarif check.sarif --junit check.xml
  npm run check -- prod --events events.jsonl

Exit codes: 0 nothing found, 1 violations, 2 wrong use or files that cannot be
read, 130 interrupted.`,
    )
    .action(async (stages: string[], options: CheckOptions) => {
      // Before anything of the change is loaded.
      forgetEnvironment();
      const exitCode = await untilInterrupted(async (signal) => {
        const [{ runCheck, runElsewhere }, { refuseUnusableFiles }] = await Promise.all([
          import("./run-check.ts"),
          import("./usage.ts"),
        ]);
        await refuseUnusableFiles(options);
        const { project, ...rest } = options;
        return project === undefined
          ? runCheck(stages, rest, signal)
          : runElsewhere(resolve(project), process.argv.slice(2), signal);
      });
      process.exitCode = exitCode;
    });
}

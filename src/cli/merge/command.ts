import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import type { MergeOptions } from "./merge.ts";

/** `lockstep merge <base> <ours> <theirs> [path]`: what git calls with %O %A %B %P. */
export function mergeCommand(): Command {
  return new Command("merge")
    .description("merges two versions of a stack file: git's merge driver")
    .argument("<base>", "the file as it was when the branches parted (%O)")
    .argument("<ours>", "our version, which becomes the merged one (%A)")
    .argument("<theirs>", "the other branch's version (%B)")
    .argument("[path]", "the file's name in the repository, such as Pulumi.prod.yaml (%P)")
    .option("--json", "what was merged, or refused, as JSON")
    .addHelpText(
      "after",
      `
Merges by application what the verbs write (pins, schema levels, holds), and the rest by lines, as git does.
Git uses it for stack files (.gitattributes) once it is switched on in a clone:

  git config merge.lockstep.name "stack files, by application"
  git config merge.lockstep.driver "npx lockstep merge %O %A %B %P"

Exit codes: 0 merged, 1 in conflict: the markers are in <ours>, 2 wrong use, 130 interrupted.`,
    )
    .action(async (base: string, ours: string, theirs: string, path: string | undefined, options: MergeOptions) => {
      const { merge } = await import("./merge.ts");
      await untilInterrupted((signal) => merge({ files: { base, ours, theirs }, path: path ?? ours, options, signal }));
    });
}

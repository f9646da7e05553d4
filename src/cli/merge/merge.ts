import { realpath } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { replaceFile } from "../../adapters/disk.ts";
import { mergeText, type MergedText } from "../../adapters/text-merge.ts";
import { toWriteRefusal } from "../../adapters/write-failure.ts";
import { readTextFile } from "../../adapters/yaml-files.ts";
import { combine, orThrow, RefusalError, type Refusal } from "../../model/refusal.ts";
import { planMerge, sectionsOf, type MergePlan, type Versions } from "../../model/stack-file-merge.ts";
import { YamlEditError } from "../../model/yaml-edit.ts";
import { parseYamlSource } from "../../model/yaml-source.ts";
import { conflictOf, otherConflict } from "./conflict.ts";

export interface MergeOptions {
  readonly json?: boolean;
}

export interface MergeCall {
  readonly files: Versions<string>;
  /** The file's name in the repository. */
  readonly path: string;
  readonly options: MergeOptions;
  readonly signal: AbortSignal;
}

interface Merged extends MergedText {
  readonly refusals: readonly Refusal[];
}

/** Writes the merged text over `ours`, with git's markers where it is in conflict. @throws RefusalError */
export async function merge({ files, path, options, signal }: MergeCall): Promise<void> {
  const texts = orThrow(
    combine({
      base: await readTextFile(files.base),
      ours: await readTextFile(files.ours),
      theirs: await readTextFile(files.theirs),
    }),
    2,
  );
  const plan = planned(path, texts);
  const merged = plan === undefined ? await asText(texts, path, signal) : await byPlan(plan, path, signal);
  try {
    await replaceFile(await realpath(files.ours), merged.text);
  } catch (error) {
    throw toWriteRefusal(error, files.ours);
  }
  if (merged.refusals.length > 0) throw new RefusalError(merged.refusals);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ merged: true, path }, undefined, 2)}\n`);
}

/** Undefined where one of them is no stack file that could be edited. */
function planned(path: string, texts: Versions<string>): MergePlan | undefined {
  const sources = combine({
    base: parseYamlSource(path, texts.base),
    ours: parseYamlSource(path, texts.ours),
    theirs: parseYamlSource(path, texts.theirs),
  });
  if (sources.kind === "refused") return undefined;
  try {
    return planMerge(sources.value);
  } catch (error) {
    if (error instanceof YamlEditError) return undefined;
    throw error;
  }
}

async function byPlan(plan: MergePlan, path: string, signal: AbortSignal): Promise<Merged> {
  const merged = await mergeText({ ...plan.texts, signal });
  if (plan.conflicts.length > 0) {
    // Lines that fit beside each other are no version that anybody chose: then all that differs is marked.
    const marked = merged.conflicts > 0 ? merged : await mergeText({ ...plan.texts, base: "", signal });
    const refusals = await Promise.all(plan.conflicts.map((application) => conflictOf(application, path)));
    return { ...marked, refusals };
  }
  const says = parseYamlSource(path, merged.text);
  const isWhole = says.kind === "accepted" && isDeepStrictEqual(sectionsOf(says.value), plan.sections);
  return { ...merged, refusals: merged.conflicts > 0 || !isWhole ? [otherConflict(path, merged.conflicts)] : [] };
}

/** Nobody knows what such a text says: it is looked at by a person. */
async function asText(texts: Versions<string>, path: string, signal: AbortSignal): Promise<Merged> {
  const merged = await mergeText({ ...texts, signal });
  return { ...merged, refusals: [otherConflict(path, merged.conflicts)] };
}

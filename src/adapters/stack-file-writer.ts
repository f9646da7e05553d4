import { access, constants, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { stackFileName } from "../model/stack-file.ts";
import { editYaml, YamlEditError, type YamlChange } from "../model/yaml-edit.ts";
import type { YamlSource } from "../model/yaml-source.ts";
import { replaceFile } from "./disk.ts";
import { projectRoot } from "./project.ts";
import { stackFileRefusal, underLock } from "./stack-file-lock.ts";
import { refuseUnfinished } from "./statements/pending-change.ts";
import { toWriteRefusal } from "./write-failure.ts";

/**
 * Writes changes into a stage's stack file: all of them or none, and only onto the text that they were planned on.
 * @throws RefusalError `file-changed`, `file-locked`, `file-not-writable`, `disk-full`, `edit-in-place`,
 * `unfinished-change`
 */
export async function writeStackFile(
  stage: string,
  planned: YamlSource,
  changes: readonly YamlChange[],
  root = projectRoot,
): Promise<void> {
  const file = join(root, stackFileName(stage));
  await underLock(file, stage, async () => {
    await refuseUnfinished(stage, root);
    const text = await editPlanned(file, stage, planned, changes);
    try {
      // A reader sees the file before or after, never between; a link stays one.
      await replaceFile(await realpath(file), text);
    } catch (error) {
      throw toWriteRefusal(error, file);
    }
  });
}

/**
 * The text that the stack file is to become. Called under its lock.
 * @throws RefusalError `file-changed`, `file-not-writable`, `edit-in-place`
 */
export async function editPlanned(
  file: string,
  stage: string,
  planned: YamlSource,
  changes: readonly YamlChange[],
): Promise<string> {
  if ((await readFile(file, "utf8")) !== planned.text) throw changedMeanwhile(stage);
  const text = edit(planned, changes, stage);
  await access(file, constants.W_OK).catch(() => {
    throw stackFileRefusal("file-not-writable", stage, "a file that may not be written");
  });
  return text;
}

export function changedMeanwhile(stage: string): Error {
  return stackFileRefusal("file-changed", stage, "a file that was changed meanwhile");
}

function edit(source: YamlSource, changes: readonly YamlChange[], stage: string): string {
  if (changes.length === 0) return source.text;
  try {
    return editYaml(source, changes);
  } catch (error) {
    if (error instanceof YamlEditError) throw stackFileRefusal("edit-in-place", stage, error.message);
    throw error;
  }
}

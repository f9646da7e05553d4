import { existsSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { digestOf, hexOf } from "../../model/digest.ts";
import { accepted, andThen, combineAll, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { isRulePath, PROJECT_FILE } from "../../model/trust/root.ts";
import { projectRoot } from "../project.ts";
import { listFolder, readPlainFile, refuse, refuseEntries } from "../plain-files.ts";

export const RULES_FOLDER = "policy";
const MAX_ENTRIES = 2000;
const MAX_DEPTH = 8;
const MAX_RULE_BYTES = 4 * 1024 * 1024;

interface Found {
  readonly files: readonly string[];
  readonly refusals: readonly Refusal[];
}

/**
 * The SHA-256 of every file under policy/ and of Pulumi.yaml, by path from the project's folder: the rules themselves
 * are signed, and which program and plugins the engine runs.
 */
export function hashRules(project = projectRoot): Outcome<ReadonlyMap<string, string>> {
  const { files, refusals } = listFiles(project, RULES_FOLDER, MAX_DEPTH);
  if (refusals.length > 0) return refused(refusals);
  const projectFile = existsSync(join(project, PROJECT_FILE)) ? [PROJECT_FILE] : [];
  const hashes = combineAll([...projectFile, ...files].map((file) => hashFile(project, file)));
  return andThen(hashes, (entries) => accepted(new Map(entries)));
}

function listFiles(project: string, folder: string, depth: number): Found {
  const path = join(project, folder);
  if (depth === 0) return { files: [], refusals: [refuse("too-deep", path, "folders", "fewer levels", "flatten it")] };
  const listed = listFolder(path, MAX_ENTRIES);
  if (listed.kind === "refused") return { files: [], refusals: listed.refusals };
  const entries = listed.value;
  const refusals = refuseEntries(path, entries, (name) => kindOf(entries, name));
  const inner = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => listFiles(project, `${folder}/${name}`, depth - 1));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`);
  return {
    files: [...files, ...inner.flatMap((found) => found.files)].toSorted(),
    refusals: [...refusals, ...inner.flatMap((found) => found.refusals)],
  };
}

/** A link is neither a file nor a folder to its entry, and refused as such. */
function kindOf(entries: readonly Dirent[], name: string): "file" | "folder" {
  return entries.find((entry) => entry.name === name)?.isDirectory() === true ? "folder" : "file";
}

function hashFile(project: string, file: string): Outcome<readonly [string, string]> {
  const path = join(project, file);
  if (!isRulePath(file))
    return refused([
      refuse(
        "rule-unlisted",
        path,
        "a file that no root can list by this name: added since, an editor's leftover?",
        "files of policy/ that a root lists; names of letters, digits, . _ @ + -",
        "remove it, or rename it",
      ),
    ]);
  const read = readPlainFile(path, MAX_RULE_BYTES);
  if (read.kind === "refused") return read;
  if (read.value === undefined)
    return refused([refuse("missing-file", path, "a file that went away", "files that stay", "try again")]);
  return accepted([file, hexOf(digestOf(read.value))]);
}

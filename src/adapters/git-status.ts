import { access } from "node:fs/promises";
import type { FileState, GitOperation, UncleanFile } from "../model/working-tree.ts";
import type { GitFolder } from "./git.ts";

/** What git keeps while it is at it; rebase-apply is of `git am` as well, which is finished the same way. */
const TRACES: readonly (readonly [string, GitOperation])[] = [
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
];

/** A merge, rebase and the like that was begun and waits for somebody. */
export async function operationInProgress(git: GitFolder): Promise<GitOperation | undefined> {
  const found = await Promise.all(TRACES.map(async ([name]) => isThere(await git.ownPath(name))));
  return TRACES[found.indexOf(true)]?.[1];
}

/** Git's lock on its index, where it is taken: another git works here, or was killed. */
export async function indexLock(git: GitFolder): Promise<string | undefined> {
  const path = await git.ownPath("index.lock");
  return (await isThere(path)) ? path : undefined;
}

/** Those of some files and folders of the project that are not as HEAD has them. */
export async function uncleanFiles(git: GitFolder, paths: readonly string[]): Promise<readonly UncleanFile[]> {
  const flags = ["--porcelain=v2", "-z", "--untracked-files=all", "--ignored=matching", "--no-renames"];
  const [prefix, status, index] = await Promise.all([
    git.prefix(),
    git.answer(["status", ...flags, "--ignore-submodules=none", "--", ...paths]),
    git.answer(["ls-files", "-v", "-z", "--", ...paths]),
  ]);
  const unclean = parseStatus(status)
    .filter(({ path }) => paths.some((asked) => isAbout(path, `${prefix}${asked}`)))
    .map(({ path, state }) => ({ path: path.slice(prefix.length), state }));
  const seen = new Set(unclean.map(({ path }) => path));
  const marked = (await conflictMarkers(git, paths)).filter((path) => !seen.has(path));
  return [
    ...unclean,
    ...marked.map((path) => ({ path, state: "conflict-markers" as const })),
    ...parseHidden(index).filter(({ path }) => !seen.has(path)),
  ];
}

/** Git names an ignored folder whose name begins like a file that was asked for, such as the lock beside it. */
function isAbout(path: string, asked: string): boolean {
  const asFolder = (name: string): string => `${name.replace(/\/$/, "")}/`;
  const [left, right] = [asFolder(path), asFolder(asked)];
  return left.startsWith(right) || right.startsWith(left);
}

/**
 * Reads `git status --porcelain=v2 -z --no-renames`: a line for each path, ended by a NUL; the fields before it are
 * divided by blanks, the path is the rest.
 * @throws where git answers something else
 */
export function parseStatus(text: string): readonly UncleanFile[] {
  return text.split("\0").flatMap((line) => {
    const kind = line[0];
    if (kind === undefined || kind === "#") return [];
    const fields = FIELDS_BEFORE_PATH.get(kind);
    const parts = line.split(" ");
    const path = parts.slice(fields).join(" ");
    if (fields === undefined || path === "") throw new Error(`git status --porcelain=v2: ${line}`);
    return [{ path, state: stateOf(kind, parts[1] ?? "") }];
  });
}

/** Ordinary changes, unmerged ones, what git does not know, what it is told to ignore. */
const FIELDS_BEFORE_PATH: ReadonlyMap<string, number> = new Map([
  ["1", 8],
  ["u", 10],
  ["?", 1],
  ["!", 1],
]);

function stateOf(kind: string, columns: string): FileState {
  if (kind === "u") return "unmerged";
  if (kind === "?") return "unknown";
  if (kind === "!") return "ignored";
  return columns.endsWith(".") ? "staged" : "edited";
}

/** Of `git ls-files -v -z`: a small letter where changes are not looked for, S where the file is left out. */
function parseHidden(text: string): readonly UncleanFile[] {
  return text.split("\0").flatMap((line) => {
    const letter = line[0] ?? "H";
    return letter === "S" || letter !== letter.toUpperCase() ? [{ path: line.slice(2), state: "hidden" as const }] : [];
  });
}

/** Statements are refused by their digests where somebody committed the markers of a conflict; the YAML files are asked. */
async function conflictMarkers(git: GitFolder, paths: readonly string[]): Promise<readonly string[]> {
  const files = paths.filter((path) => path.endsWith(".yaml"));
  if (files.length === 0) return [];
  const flags = ["--files-with-matches", "-z", "--no-color", "--extended-regexp", "--threads=1"];
  const found = await git.find([
    "-c",
    "grep.fullName=false",
    "grep",
    ...flags,
    "-e",
    "^(<<<<<<<|>>>>>>>)( |$)",
    "--",
    ...files,
  ]);
  return found.split("\0").filter((path) => path !== "");
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { displayPath } from "./yaml-files.ts";

/**
 * Reading what must be exactly what it seems: real folders with regular files of bounded size. A link could show a
 * reviewer one document and the program another. Synchronous: these are thousands of small files, and each asynchronous
 * call costs more than the file.
 */

/** The entries of a folder; none where it is not there. */
export function listFolder(path: string, maxEntries: number): Outcome<readonly Dirent[]> {
  try {
    // Most statements have no approvals yet: an error that says so costs more than the question.
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (facts === undefined) return accepted([]);
    if (!facts.isDirectory()) return refused([refuseKind(path, facts.isSymbolicLink(), "a folder")]);
    const entries = readdirSync(path, { withFileTypes: true });
    if (entries.length <= maxEntries) return accepted(entries);
    return refused([
      refuse("too-many-files", path, `${entries.length} entries`, `at most ${maxEntries}`, "remove what was put there"),
    ]);
  } catch (error) {
    return isMissing(error) ? accepted([]) : refused([unreadable(path, error)]);
  }
}

/** A regular file's bytes; undefined where it is not there. */
export function readPlainFile(path: string, maxBytes: number): Outcome<Uint8Array | undefined> {
  try {
    // Without waiting for a writer, should it be a pipe.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const facts = fstatSync(file);
      if (!facts.isFile()) return refused([refuseKind(path, false, "a file")]);
      if (facts.size > maxBytes) return refused([tooLarge(path, facts.size, maxBytes)]);
      const bytes = readFileSync(file);
      return bytes.byteLength > maxBytes ? refused([tooLarge(path, bytes.byteLength, maxBytes)]) : accepted(bytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isMissing(error)) return accepted(undefined);
    return refused([errorCode(error) === "ELOOP" ? refuseKind(path, true, "a file") : unreadable(path, error)]);
  }
}

/** Entries that are not of the wanted kind, or have no business there. */
export function refuseEntries(
  folder: string,
  entries: readonly Dirent[],
  kindOf: (name: string) => "file" | "folder" | undefined,
): readonly Refusal[] {
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    const kind = kindOf(entry.name);
    if (kind === undefined)
      return [refuse("unexpected-file", path, "something that no verb writes", "nothing else here", "remove it")];
    const right = kind === "file" ? entry.isFile() : entry.isDirectory();
    return right ? [] : [refuseKind(path, entry.isSymbolicLink(), `a ${kind}`)];
  });
}

export function refuse(code: string, path: string, found: string, expected: string, action: string): Refusal {
  return { code, place: { file: displayPath(path) }, found, expected, action };
}

function refuseKind(path: string, isLink: boolean, expected: string): Refusal {
  const found = isLink ? "a symbolic link" : "something of another kind";
  return refuse(
    isLink ? "symbolic-link" : "not-plain",
    path,
    found,
    expected,
    "put the real thing there, or remove it",
  );
}

function tooLarge(path: string, bytes: number, maxBytes: number): Refusal {
  return refuse("file-too-large", path, `${bytes} bytes`, `at most ${maxBytes} bytes`, "remove what was written there");
}

function unreadable(path: string, error: unknown): Refusal {
  const found = `it cannot be read (${errorCode(error)})`;
  return refuse("unreadable-file", path, found, "a file or folder that can be read", "look at its permissions");
}

export function isMissing(error: unknown): boolean {
  return errorCode(error) === "ENOENT";
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

import { join } from "node:path";
import { accepted, combine, combineAll, refused, type Outcome } from "../../model/refusal.ts";
import { MAX_SSH_SIGNATURE_CHARACTERS } from "../../model/ssh-signature.ts";
import { MAX_ROOT_BYTES } from "../../model/trust/root.ts";
import { ROOT_FOLDER } from "../../model/trust/trust-files.ts";
import { trustFolder } from "../project.ts";
import { listFolder, readPlainFile, refuse, refuseEntries } from "../plain-files.ts";
import { displayPath } from "../yaml-files.ts";

/** A root as it lies there, with its signatures. Nothing of it is verified. */
export interface StoredRoot {
  /** Of the file's name. */
  readonly version: number;
  /** The file, for people. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly signatures: readonly StoredSignature[];
}

export interface StoredSignature {
  readonly file: string;
  readonly text: string;
}

const MAX_ENTRIES = 5000;
const ROOT_NAME = /^([1-9][0-9]{0,5})\.json$/;
const SIGNATURE_NAME = /^([1-9][0-9]{0,5})\.([1-9][0-9]{0,2})\.sig$/;

/**
 * The roots of a trust folder from one version on, or the newest alone, in order of their versions. Files that no verb
 * writes are refused.
 */
export function readRoots(from: number | "newest", folder = trustFolder()): Outcome<readonly StoredRoot[]> {
  const path = join(folder, ROOT_FOLDER);
  const listed = listFolder(path, MAX_ENTRIES);
  if (listed.kind === "refused") return listed;
  const odd = refuseEntries(path, listed.value, (name) =>
    ROOT_NAME.test(name) || SIGNATURE_NAME.test(name) ? "file" : undefined,
  );
  if (odd.length > 0) return refused(odd);
  const names = listed.value.map(({ name }) => name);
  const versions = names.flatMap((name) => Number(ROOT_NAME.exec(name)?.[1] ?? [])).toSorted((a, b) => a - b);
  const wanted = from === "newest" ? versions.slice(-1) : versions.filter((version) => version >= from);
  return combineAll(wanted.map((version) => readRoot(path, version, names)));
}

function readRoot(folder: string, version: number, names: readonly string[]): Outcome<StoredRoot> {
  const path = join(folder, `${version}.json`);
  const own = names.filter((name) => SIGNATURE_NAME.exec(name)?.[1] === String(version)).toSorted(byNumber);
  const root = readExisting(path, MAX_ROOT_BYTES);
  const signatures = own.map((name) => readExisting(join(folder, name), MAX_SSH_SIGNATURE_CHARACTERS));
  const read = combine({ root, ...Object.fromEntries(signatures.entries()) });
  if (read.kind === "refused") return read;
  const texts = signatures.map((signature) => (signature.kind === "accepted" ? decode(signature.value) : ""));
  return accepted({
    version,
    file: displayPath(path),
    bytes: read.value.root,
    signatures: own.map((name, index) => ({ file: displayPath(join(folder, name)), text: texts[index] ?? "" })),
  });
}

function readExisting(path: string, maxBytes: number): Outcome<Uint8Array> {
  const read = readPlainFile(path, maxBytes);
  if (read.kind === "refused") return read;
  if (read.value !== undefined) return accepted(read.value);
  return refused([refuse("missing-file", path, "a file that went away", "files that stay", "try again")]);
}

/** What is not text is no armoured signature either, and is refused as such. */
function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function byNumber(left: string, right: string): number {
  return Number(left.split(".")[1]) - Number(right.split(".")[1]);
}

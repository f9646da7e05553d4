import { join } from "node:path";
import { accepted, combine, refused, type Outcome } from "../../model/refusal.ts";
import { MAX_SSH_SIGNATURE_CHARACTERS } from "../../model/ssh-signature.ts";
import { MAX_ROOT_BYTES } from "../../model/trust/root.ts";
import { ROOT_FOLDER } from "../../model/trust/trust-files.ts";
import { trustFolder } from "../project.ts";
import { Slots } from "../registry/slots.ts";
import { listFolder, readPlainFile, refuse, refuseEntries } from "../statements/plain-files.ts";
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
/** Open files at once. */
const CONCURRENCY = 32;

/**
 * The roots of a trust folder from one version on, or the newest alone, in order of their versions. Files that no verb
 * writes are refused.
 */
export async function readRoots(
  from: number | "newest",
  folder = trustFolder(),
): Promise<Outcome<readonly StoredRoot[]>> {
  const path = join(folder, ROOT_FOLDER);
  const listed = await listFolder(path, MAX_ENTRIES);
  if (listed.kind === "refused") return listed;
  const odd = refuseEntries(path, listed.value, (name) =>
    ROOT_NAME.test(name) || SIGNATURE_NAME.test(name) ? "file" : undefined,
  );
  if (odd.length > 0) return refused(odd);
  const names = listed.value.map(({ name }) => name);
  const versions = names.flatMap((name) => Number(ROOT_NAME.exec(name)?.[1] ?? [])).toSorted((a, b) => a - b);
  const wanted = from === "newest" ? versions.slice(-1) : versions.filter((version) => version >= from);
  const slots = new Slots(CONCURRENCY);
  const roots = await Promise.all(wanted.map((version) => readRoot(path, version, names, slots)));
  const refusals = roots.flatMap((root) => (root.kind === "refused" ? root.refusals : []));
  if (refusals.length > 0) return refused(refusals);
  return accepted(roots.flatMap((root) => (root.kind === "accepted" ? [root.value] : [])));
}

async function readRoot(
  folder: string,
  version: number,
  names: readonly string[],
  slots: Slots,
): Promise<Outcome<StoredRoot>> {
  const path = join(folder, `${version}.json`);
  const own = names.filter((name) => SIGNATURE_NAME.exec(name)?.[1] === String(version)).toSorted(byNumber);
  const [root, ...signatures] = await Promise.all([
    slots.use(() => readExisting(path, MAX_ROOT_BYTES)),
    ...own.map((name) => slots.use(() => readExisting(join(folder, name), MAX_SSH_SIGNATURE_CHARACTERS))),
  ]);
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

async function readExisting(path: string, maxBytes: number): Promise<Outcome<Uint8Array>> {
  const read = await readPlainFile(path, maxBytes);
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

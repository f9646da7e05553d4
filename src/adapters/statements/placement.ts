import { randomBytes } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { digestOf, type Digest } from "../../model/digest.ts";
import { codeOf, replaceFile, type Disk } from "../disk.ts";
import { readPlainFile } from "../plain-files.ts";
import { journalOf, piecesOf, type Piece, type Plan } from "./journal.ts";
import { MAX_STATEMENT_BYTES } from "./read-statements.ts";

/**
 * Where a piece is. `edited`: somebody changed what it is to take the place of. `damaged`: it is neither in the journal
 * nor in its place as it was written.
 */
export type PieceState = "waiting" | "placed" | "edited" | "damaged";

export function stateOf(piece: Piece, journal: string, root: string): PieceState {
  const target = join(root, piece.to);
  const from = join(journal, piece.from);
  const isThere = !isMissing(from, piece);
  if (piece.replaces !== undefined) {
    // It was moved into its place; what was edited since is nobody's business here.
    if (!isThere) return "placed";
    const now = digestOfFile(target);
    if (now === piece.digests.get("")) return "placed";
    if (!hasContent(from, piece)) return "damaged";
    return now === piece.replaces ? "waiting" : "edited";
  }
  if (hasContent(target, piece)) return "placed";
  return isMissing(target, piece) && hasContent(from, piece) ? "waiting" : "damaged";
}

/** The stack file was saved by somebody else meanwhile. */
export class EditedMeanwhile extends Error {
  override readonly name = "EditedMeanwhile";
}

/** Puts in place what is not there yet. @throws EditedMeanwhile, and whatever the disk says */
export async function place(plan: Plan, root: string, disk: Disk): Promise<void> {
  const journal = journalOf(plan.stage, root);
  for (const piece of piecesOf(plan)) {
    // As late as it can be: an editor does not ask for the lock, and its save is not written over.
    const state = stateOf(piece, journal, root);
    if (state === "edited") throw new EditedMeanwhile(piece.to);
    if (state === "damaged") throw new Error(`${join(journal, piece.from)}: not as it was written`);
    if (state === "waiting") await placePiece(piece, journal, root, disk);
  }
}

/** Takes back what was put in place, where the last piece was not. */
export async function takeBack(plan: Plan, root: string, disk: Disk): Promise<void> {
  const journal = journalOf(plan.stage, root);
  for (const piece of piecesOf(plan).toReversed()) {
    if (piece.replaces !== undefined || stateOf(piece, journal, root) !== "placed") continue;
    const [from, target] = [join(journal, piece.from), join(root, piece.to)];
    if (isMissing(from, piece)) await move(piece, target, from, { staging: journal, disk });
    else await disk.remove(target);
  }
}

/** Whether nothing is left to do but to remove the journal. */
export function isPlaced(plan: Plan, root: string): boolean {
  return piecesOf(plan).every((piece) => stateOf(piece, journalOf(plan.stage, root), root) === "placed");
}

async function placePiece(piece: Piece, journal: string, root: string, disk: Disk): Promise<void> {
  const from = join(journal, piece.from);
  if (piece.replaces === undefined) {
    const target = join(root, piece.to);
    await disk.makeFolder(dirname(target));
    await move(piece, from, target, { staging: join(root, "statements"), disk });
    return;
  }
  // A link to the stack file stays a link.
  const target = realpathSync(join(root, piece.to));
  try {
    await disk.rename(from, target);
    await disk.sync(dirname(target));
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
    await replaceFile(target, readFileSync(from, "utf8"), disk);
    await disk.remove(from);
  }
}

interface Move {
  /** Where a copy can be made on the target's file system. */
  readonly staging: string;
  readonly disk: Disk;
}

async function move(piece: Piece, from: string, to: string, { staging, disk }: Move): Promise<void> {
  try {
    await disk.rename(from, to);
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
    // Between two file systems: copied under a name that nobody reads, then moved.
    const folder = join(staging, `.pending-${randomBytes(6).toString("hex")}`);
    try {
      await copy(piece, from, folder, disk);
      await disk.rename(join(folder, "copy"), to);
    } finally {
      await disk.remove(folder);
    }
    await disk.remove(from);
  }
  await disk.sync(dirname(to));
}

async function copy({ digests }: Piece, from: string, folder: string, disk: Disk): Promise<void> {
  for (const name of digests.keys()) {
    const target = join(folder, "copy", name);
    await disk.makeFolder(dirname(target));
    await disk.write(target, readFileSync(join(from, name)));
    await disk.sync(dirname(target));
  }
}

function isMissing(path: string, { digests }: Piece): boolean {
  return [...digests.keys()].every((name) => digestOfFile(join(path, name)) === undefined);
}

function hasContent(path: string, { digests }: Piece): boolean {
  return [...digests].every(([name, digest]) => digestOfFile(join(path, name), true) === digest);
}

/** @param plain whether a link to it is nothing: what the journal and statements/ hold are real files */
function digestOfFile(path: string, plain = false): Digest | undefined {
  if (plain) {
    const bytes = readPlainFile(path, MAX_STATEMENT_BYTES);
    return bytes.kind === "refused" || bytes.value === undefined ? undefined : digestOf(bytes.value);
  }
  try {
    return digestOf(readFileSync(path));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseStatement, type Statement } from "../../model/statements/statement.ts";
import { GitFolder } from "../git.ts";
import { projectRoot } from "../project.ts";
import { STATEMENT_FILE } from "./read-statements.ts";

/** Statements about one application, of the branch that is checked out and of the one that is merged into it. */
export interface Rivals {
  readonly ours: Statement | undefined;
  readonly theirs: Statement | undefined;
}

/** Older ones were written before the branches parted. */
const LOOKED_AT = 50;

/**
 * The newest statement of each side that the other has not; for people, who are to choose between them. Nothing that is
 * wrong with statements is said here.
 * @param env git names the branch that it merges by a variable
 */
export async function findRivals(
  stage: string,
  application: string,
  env: NodeJS.ProcessEnv = process.env,
  root = projectRoot,
): Promise<Rivals> {
  const git = new GitFolder(root);
  const folder = `statements/${stage}`;
  const commit = Object.keys(env).flatMap((name) => /^GITHEAD_([0-9a-f]{40,64})$/.exec(name)?.[1] ?? [])[0];
  const here = await readdir(join(root, folder)).catch(() => []);
  const there = commit === undefined ? [] : await foldersIn(git, commit, folder);
  const readHere = async (path: string): Promise<Uint8Array | undefined> =>
    readFile(join(root, path)).catch(() => undefined);
  const readThere = async (path: string): Promise<Uint8Array | undefined> =>
    Buffer.from(await git.answer(["cat-file", "blob", `${commit ?? ""}:./${path}`]));
  return {
    ours: await newest(without(here, there), folder, application, readHere),
    theirs: await newest(without(there, here), folder, application, readThere),
  };
}

async function foldersIn(git: GitFolder, commit: string, folder: string): Promise<readonly string[]> {
  const paths = await git.answer(["ls-tree", "--name-only", "-z", commit, `${folder}/`]);
  return paths.split("\0").flatMap((path) => (path === "" ? [] : [basename(path)]));
}

async function newest(
  names: readonly string[],
  folder: string,
  application: string,
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<Statement | undefined> {
  for (const name of names.toSorted().toReversed().slice(0, LOOKED_AT)) {
    const path = `${folder}/${name}/${STATEMENT_FILE}`;
    const bytes = await read(path);
    const parsed = bytes === undefined ? undefined : parseStatement(bytes, path);
    if (parsed?.kind === "accepted" && parsed.value.applications.has(application)) return parsed.value;
  }
  return undefined;
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return names.filter((name) => !known.has(name));
}

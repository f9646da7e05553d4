import { parseStackFile, stackFileName, type StackFile } from "../model/stack-file.ts";
import { parseYamlSource } from "../model/yaml-source.ts";
import { GitFolder } from "./git.ts";
import { projectRoot } from "./project.ts";
import { ProcessError } from "./processes.ts";

/** The files of a stage as a commit has them. */
export interface EarlierFiles {
  /** As far as it can be read today; undefined where the commit has none. */
  readonly stackFile: StackFile | undefined;
  /** Files of the catalogue and of its charts that differ from the commit, relative to the project. */
  readonly changedFiles: readonly string[];
}

const CATALOGUE = ["src/applications", "charts"];

/** What a commit says of a stage; undefined where this repository does not have the commit. */
export async function readEarlierFiles(
  stage: string,
  commit: string,
  signal: AbortSignal,
  folder: string = projectRoot,
): Promise<EarlierFiles | undefined> {
  const git = new GitFolder(folder, signal);
  if (!(await git.isRepository()) || (await git.commitOf(commit)) === undefined) return undefined;
  const [text, changes] = await Promise.all([
    textOf(git, commit, stackFileName(stage)),
    git.changesSince(commit, CATALOGUE),
  ]);
  const source = text === undefined ? undefined : parseYamlSource(stackFileName(stage), text);
  return {
    stackFile: source?.kind === "accepted" ? parseStackFile(source.value).stackFile : undefined,
    changedFiles: changes.map(({ path }) => path),
  };
}

async function textOf(git: GitFolder, commit: string, file: string): Promise<string | undefined> {
  try {
    return await git.answer(["show", "--no-textconv", `${commit}:./${file}`], { local: true });
  } catch (error) {
    if (error instanceof ProcessError && error.code === "failed") return undefined;
    throw error;
  }
}

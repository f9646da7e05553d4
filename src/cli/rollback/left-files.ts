import { uncleanFiles } from "../../adapters/git-status.ts";
import { GitFolder } from "../../adapters/git.ts";
import { projectRoot } from "../../adapters/project.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { folderNameOf, type Statement } from "../../model/statements/statement.ts";
import type { UncleanFile } from "../../model/working-tree.ts";

/** What an earlier rollback has written and nobody committed, relative to the project. */
export async function filesLeft(
  stage: string,
  statements: readonly Statement[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const git = new GitFolder(projectRoot, signal);
  if (!(await git.isRepository())) return [];
  return leftAmong(await uncleanFiles(git, [stackFileName(stage), `statements/${stage}`]), stage, statements);
}

/**
 * Of several statements one may be there when a run is killed, with its part of the stack file: the next run goes on
 * from it. Anything else in these files is somebody's own work, and nothing of it is taken along.
 */
export function leftAmong(
  unclean: readonly UncleanFile[],
  stage: string,
  statements: readonly Pick<Statement, "kind" | "whenMs" | "digest">[],
): readonly string[] {
  const rollbacks = new Set(
    statements.flatMap((one) => (one.kind === "rollback" ? [`statements/${stage}/${folderNameOf(one)}`] : [])),
  );
  const isLeft = ({ path, state }: UncleanFile): boolean =>
    path === stackFileName(stage)
      ? state === "edited"
      : state === "unknown" && rollbacks.has(path.split("/").slice(0, 3).join("/"));
  const stated = unclean.some(({ path }) => path !== stackFileName(stage));
  return stated && unclean.every(isLeft) ? unclean.map(({ path }) => path) : [];
}

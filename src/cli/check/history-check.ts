import { findBaseCommit } from "../../adapters/base-commit.ts";
import { GitFolder, type FileChange } from "../../adapters/git.ts";
import { projectRoot } from "../../adapters/project.ts";
import { readStatements } from "../../adapters/statements/read-statements.ts";
import { verifyStatement } from "../../adapters/statements/verify-statement.ts";
import { refuseImpossibleTimes, refuseRewrittenHistory } from "../../delivery/statement-history.ts";
import { RefusalError, type Refusal } from "../../model/refusal.ts";
import type { SignedStatement } from "../../model/statements/signed-statement.ts";
import type { Trust } from "../../model/trust/trust.ts";
import type { Findings } from "./check-result.ts";

export interface HistoryCheck {
  /** As it was typed. */
  readonly base: string | undefined;
  /** Undefined where the trust folder is refused: nobody can tell then whose keys count. */
  readonly trust: Trust | undefined;
  readonly signal: AbortSignal;
}

/** Compares statements, approvals and roots with the base branch's. @throws RefusalError (2) without a base */
export async function checkHistory({ base, trust, signal }: HistoryCheck): Promise<Findings> {
  const git = new GitFolder(projectRoot, signal);
  const found = await findBaseCommit(git, base);
  if (found.kind === "refused") throw new RefusalError(found.refusals, 2);
  const { name, commit, isHead } = found.value;
  const changes = await git.changesSince(commit, ["statements", "trust/root"]);
  const rewritten = refuseRewrittenHistory(changes, name);
  const impossible = trust === undefined ? [] : await refuseAdded(changes, trust);
  const compared = isHead
    ? "nothing was committed since: only uncommitted files differ"
    : `${changes.length} files differ`;
  return {
    refusals: [...rewritten, ...impossible],
    notes: [`compared with ${name} at ${commit.slice(0, 12)}: ${compared}`],
  };
}

async function refuseAdded(changes: readonly FileChange[], trust: Trust): Promise<readonly Refusal[]> {
  const added = changes.filter(({ path, status }) => status === "added" && path.startsWith("statements/"));
  const stages = new Set(added.flatMap(({ path }) => path.split("/")[1] ?? []));
  const statements: SignedStatement[] = [];
  for (const stage of stages) statements.push(...(await readAdded(stage, added, trust)));
  const { revocations } = trust;
  return refuseImpossibleTimes({ statements, changes: added, revocations, nowMs: Date.now() });
}

/** Statements that cannot be read are what the stage's coverage is refused for. */
async function readAdded(
  stage: string,
  added: readonly FileChange[],
  trust: Trust,
): Promise<readonly SignedStatement[]> {
  const read = await readStatements(stage);
  if (read.kind === "refused") return [];
  const folders = new Set(added.map(({ path }) => path.split("/", 3).join("/")));
  const touched = read.value.filter(({ file }) => folders.has(file.split("/", 3).join("/")));
  const signed = await Promise.all(touched.map((statement) => verifyStatement(statement, trust.allowedSigners)));
  return signed.flatMap((one) => (one.kind === "accepted" ? [one.value] : []));
}

import type { LoadedStage } from "./adapters/stage-loader.ts";
import { readStatements } from "./adapters/statements/read-statements.ts";
import { verifyStatement } from "./adapters/statements/verify-statement.ts";
import { COVERED, decideCoverage, type Coverage } from "./delivery/coverage/coverage.ts";
import type { DeployedCoverage } from "./delivery/coverage/deployed.ts";
import { evidenceNeeded } from "./delivery/coverage/standing.ts";
import { chainsOf, tailOf, type Chain } from "./delivery/coverage/statement-chain.ts";
import type { Digest } from "./model/digest.ts";
import { accepted, andThen, combineAll, type Outcome, type Refusal } from "./model/refusal.ts";
import { desiredStatesOf } from "./desired-states.ts";
import type { SignedStatement } from "./model/statements/signed-statement.ts";
import type { Statement } from "./model/statements/statement.ts";
import { refuseNoAnchor } from "./model/trust/verify-root.ts";

/**
 * Whether what is to run in a stage was stated, signed and approved as its gate asks. There is no clock in it: what was
 * covered yesterday is covered today. Stages without a gate are covered, and nothing is read for them.
 * @param deployed what the last update recorded, where that is known
 * @throws RefusalError where the catalogue computes values that are no JSON
 */
export async function checkCoverage(loaded: LoadedStage, deployed?: DeployedCoverage): Promise<Coverage> {
  const { definition, stage, trust, source } = loaded;
  const { gate } = definition;
  if (gate === undefined) return COVERED;
  if (trust.root === undefined) return against([refuseNoAnchor(stage.name, trust.newestRoot)]);
  const desired = desiredStatesOf(loaded);
  const read = await readStatements(stage.name);
  if (read.kind === "refused") return against(read.refusals);
  const chains = chainsOf(read.value);
  const evidence = await gatherEvidence(read.value, chains, (one) => verifyStatement(one, trust.allowedSigners));
  if (evidence.kind === "refused") return against(evidence.refusals);
  const coverage = decideCoverage({
    ...{ project: stage.project, definition, gate, trust, desired, chains, evidence: evidence.value, deployed },
    placeOf: (path) => source.placeOf(path),
  });
  return withUnfinished(coverage, stage.name);
}

/** Where something stands against the stage, what a killed run left unfinished is named first: it may be why. */
export async function withUnfinished(coverage: Coverage, stage: string): Promise<Coverage> {
  const applications = [...coverage.applications.values()];
  if (coverage.stage.length === 0 && applications.every((refusals) => refusals.length === 0)) return coverage;
  // What writes is loaded by nobody who has nothing to write.
  const { unfinishedRefusals } = await import("./adapters/statements/pending-change.ts");
  return { ...coverage, stage: [...(await unfinishedRefusals(stage)), ...coverage.stage] };
}

/**
 * Signatures are verified for the statements that decide, and for no other: all earlier ones are named by these.
 * @param verify one statement, with everything that lies beside it
 */
export async function gatherEvidence(
  statements: readonly Statement[],
  chains: ReadonlyMap<string, Chain>,
  verify: (statement: Statement) => Promise<Outcome<SignedStatement>>,
): Promise<Outcome<ReadonlyMap<Digest, SignedStatement>>> {
  const tails = [...chains.values()].flatMap((chain) =>
    chain.kind === "chain" ? [tailOf(chain.links).statement] : [],
  );
  const all = new Map(statements.map((statement) => [statement.digest, statement]));
  const needed = [...evidenceNeeded(tails, all).values()];
  const verified = await Promise.all(needed.map(verify));
  return andThen(combineAll(verified), (signed) => accepted(new Map(signed.map((one) => [one.statement.digest, one]))));
}

function against(refusals: readonly Refusal[]): Coverage {
  return { ...COVERED, stage: refusals };
}

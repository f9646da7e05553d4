import type { LoadedStage } from "./adapters/stage-loader.ts";
import { statementsFolder } from "./adapters/statements/read-statements.ts";
import { verifyStatement } from "./adapters/statements/verify-statement.ts";
import { mayBeWithdrawn } from "./adapters/statements/withdrawal-files.ts";
import { gatherEvidence } from "./coverage.ts";
import { StandingCourt } from "./delivery/coverage/standing.ts";
import { tailOf, type Chain } from "./delivery/coverage/statement-chain.ts";
import type { Digest } from "./model/digest.ts";
import { accepted, andThen, type Outcome, type Refusal } from "./model/refusal.ts";
import type { Statement } from "./model/statements/statement.ts";

export interface SourceRecord {
  readonly statements: readonly Statement[];
  readonly chains: ReadonlyMap<string, Chain>;
}

/**
 * What stands against the newest statements of a source that somebody took back since they were deployed, or that
 * `revoked.yaml` has. All others were verified when they were deployed, and are not verified again.
 */
export async function refuseTakenBack(
  {
    stage,
    definition,
    trust,
  }: Pick<LoadedStage, "definition" | "trust"> & { readonly stage: { readonly project: string } },
  { statements, chains }: SourceRecord,
  root = statementsFolder(),
): Promise<Outcome<ReadonlyMap<Digest, readonly Refusal[]>>> {
  const { gate } = definition;
  if (gate === undefined) return accepted(new Map());
  const revoked = new Set(trust.revocations.statements.map(({ digest }) => digest));
  const newest = new Set(
    [...chains.values()].flatMap((one) => (one.kind === "chain" ? tailOf(one.links).statement : [])),
  );
  const suspects = [...newest].filter((one) => revoked.has(one.digest) || mayBeWithdrawn(one, root));
  if (suspects.length === 0) return accepted(new Map());
  const names = new Set(suspects.flatMap(({ applications }) => [...applications.keys()]));
  const asked = new Map([...chains].filter(([name]) => names.has(name)));
  const gathered = await gatherEvidence(statements, asked, (one) => verifyStatement(one, trust.allowedSigners, root));
  return andThen(gathered, (evidence) => {
    const { project } = stage;
    const court = new StandingCourt({ project, definition, gate, trust, chains, evidence, deployed: undefined });
    return accepted(new Map(suspects.map((one) => [one.digest, court.refuse(one)])));
  });
}

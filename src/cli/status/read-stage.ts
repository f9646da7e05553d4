import type { CommonParts, LoadedStage } from "../../adapters/stage-loader.ts";
import { loadStage } from "../../adapters/stage-loader.ts";
import { readStatements } from "../../adapters/statements/read-statements.ts";
import { readUnverified } from "../../adapters/statements/read-unverified.ts";
import { verifyStatement } from "../../adapters/statements/verify-statement.ts";
import { gatherEvidence, withUnfinished } from "../../coverage.ts";
import { decideCoverage } from "../../delivery/coverage/coverage.ts";
import { chainsOf, tailOf, type Chain } from "../../delivery/coverage/statement-chain.ts";
import { approvalsOf, type Approvals, type StageCoverage } from "../../delivery/status/coverage-state.ts";
import { toStageFacts } from "../../delivery/status/stage-facts.ts";
import type { StageRead } from "../../delivery/status/status-report.ts";
import { desiredStatesOf } from "../../desired-states.ts";
import type { DeployedStage } from "../../model/deployed-stage.ts";
import type { Digest } from "../../model/digest.ts";
import { RefusalError, renderBriefly, type Outcome } from "../../model/refusal.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import type { SignedStatement } from "../../model/statements/signed-statement.ts";
import type { StageDefinition } from "../../model/stages.ts";
import type { Gate } from "../../model/trust/gate.ts";
import { refuseNoAnchor } from "../../model/trust/verify-root.ts";

export interface StageRequest {
  readonly project: string;
  readonly definition: StageDefinition;
  readonly common: CommonParts;
  /** Of the applications that are asked about. */
  readonly names: readonly string[];
  /** Whether signatures are verified: a process for each. */
  readonly verify: boolean;
  /** What the engine says runs; undefined: it was not asked. */
  readonly deployed: Outcome<DeployedStage> | undefined;
  readonly nowMs: number;
  /** Told of the stage as soon as it is read: what its cluster is asked meanwhile. */
  readonly onLoaded?: (loaded: LoadedStage) => void;
}

/** A stage, reduced to what the report needs of it: nothing else of what was read is kept. */
export async function readStage(request: StageRequest): Promise<StageRead> {
  const { project, definition, common } = request;
  try {
    const loaded = await loadStage({ project, stage: definition.name, common });
    if (loaded.kind === "accepted") {
      request.onLoaded?.(loaded.value);
      return await toRead(loaded.value, request);
    }
    return { kind: "refused", definition, refusals: loaded.refusals };
  } catch (error) {
    // The catalogue's own code failed on what this stage gives it.
    if (error instanceof RefusalError) return { kind: "refused", definition, refusals: error.refusals };
    throw error;
  }
}

async function toRead(loaded: LoadedStage, { names, verify, deployed, nowMs }: StageRequest): Promise<StageRead> {
  const { definition, stackFile } = loaded;
  const running = deployed?.kind === "accepted" ? deployed.value : undefined;
  const needed = definition.gated || running !== undefined;
  const desired = needed ? desiredStatesOf(loaded) : new Map<string, DesiredState>();
  const { chains, coverage } = await judge(loaded, desired, verify);
  const digests = new Map<string, Digest>([...desired].map(([name, { digest }]) => [name, digest]));
  const facts = toStageFacts({
    ...{ definition, stackFile, names, chains, coverage, nowMs },
    ...{ desired: digests, deployed: running },
  });
  const notes = deployed?.kind === "refused" ? [`what runs is not known: ${renderBriefly(deployed.refusals)}`] : [];
  return { kind: "read", facts, notes };
}

interface Judgement {
  readonly chains: ReadonlyMap<string, Chain>;
  readonly coverage: StageCoverage;
}

async function judge(
  loaded: LoadedStage,
  desired: ReadonlyMap<string, DesiredState>,
  verify: boolean,
): Promise<Judgement> {
  const { definition, stage, trust, source } = loaded;
  const { gate } = definition;
  if (gate === undefined) return { chains: new Map(), coverage: { kind: "no-gate" } };
  const read = await readStatements(stage.name);
  if (read.kind === "refused") return { chains: new Map(), coverage: { kind: "refused", against: read.refusals } };
  const chains = chainsOf(read.value);
  if (trust.root === undefined) {
    const against = [refuseNoAnchor(stage.name, trust.newestRoot)];
    return { chains, coverage: { kind: "refused", against } };
  }
  const evidence = await gatherEvidence(read.value, chains, (one) =>
    verify ? verifyStatement(one, trust.allowedSigners) : readUnverified(one),
  );
  if (evidence.kind === "refused") return { chains, coverage: { kind: "refused", against: evidence.refusals } };
  const decided = decideCoverage({
    ...{ project: stage.project, definition, gate, trust, desired, chains, evidence: evidence.value },
    deployed: undefined,
    placeOf: (path) => source.placeOf(path),
  });
  const coverage = await withUnfinished(decided, stage.name);
  const approvals = approvalsByApplication(chains, evidence.value, gate, loaded);
  return { chains, coverage: { kind: "judged", against: coverage.stage, coverage, approvals } };
}

function approvalsByApplication(
  chains: ReadonlyMap<string, Chain>,
  evidence: ReadonlyMap<Digest, SignedStatement>,
  gate: Gate,
  { trust }: LoadedStage,
): ReadonlyMap<string, Approvals> {
  const counted = new Map<Digest, Approvals | undefined>(
    [...evidence].map(([digest, signed]) => [digest, approvalsOf(signed, gate, trust)]),
  );
  return new Map(
    [...chains].flatMap(([name, chain]) => {
      const digest = chain.kind === "chain" ? tailOf(chain.links).statement.digest : undefined;
      const approvals = digest === undefined ? undefined : counted.get(digest);
      return approvals === undefined ? [] : [[name, approvals] as const];
    }),
  );
}

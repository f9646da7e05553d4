import { readProjectName } from "./adapters/project-name.ts";
import { readDeployedStage } from "./adapters/stack-outputs.ts";
import { loadCommonParts, stagesPath, type CommonParts } from "./adapters/stage-loader.ts";
import { readStatements } from "./adapters/statements/read-statements.ts";
import { verifyStatement } from "./adapters/statements/verify-statement.ts";
import { displayPath } from "./adapters/yaml-files.ts";
import { gatherEvidence } from "./coverage.ts";
import { newestStatements, type NewestStatement } from "./delivery/approval/newest-statements.ts";
import type { DeployedCoverage } from "./delivery/coverage/deployed.ts";
import { StandingCourt } from "./delivery/coverage/standing.ts";
import { chainsOf, type Chain } from "./delivery/coverage/statement-chain.ts";
import { accepted, andThen, combine, refused, type Outcome, type Refusal } from "./model/refusal.ts";
import { findStage, type StageDefinition } from "./model/stages.ts";
import type { Statement } from "./model/statements/statement.ts";
import type { Gate } from "./model/trust/gate.ts";
import type { Trust } from "./model/trust/trust.ts";
import { refuseNoAnchor } from "./model/trust/verify-root.ts";

/** Everything that was stated about a gated stage, judged by who counts now. */
export interface StageRecord {
  readonly project: string;
  readonly common: CommonParts;
  readonly trust: Trust;
  readonly definition: StageDefinition;
  readonly gate: Gate;
  readonly statements: readonly Statement[];
  readonly chains: ReadonlyMap<string, Chain>;
  readonly court: StandingCourt;
  readonly newest: readonly NewestStatement[];
  /** Undefined where the engine does not say: nothing counts as deployed then. */
  readonly deployed: DeployedCoverage | undefined;
}

export interface RecordQuestion {
  readonly stage: string;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Reads the record of a gated stage, whatever its stack file looks like. */
export async function readStageRecord({ stage, nowMs, signal }: RecordQuestion): Promise<Outcome<StageRecord>> {
  const [project, common] = await Promise.all([readProjectName(), loadCommonParts()]);
  const found = andThen(combine({ project, trust: common.trust }), ({ project: name, trust }) =>
    andThen(findStage(trust.stages, stage, displayPath(stagesPath())), (definition) =>
      toSubject(name, trust, definition),
    ),
  );
  if (found.kind === "refused") return found;
  const deployed = await readDeployed(stage, nowMs, signal);
  // What nobody knows to be deployed is judged as what never was.
  const known = deployed ?? { gated: true, root: undefined, statements: new Map(), nowMs };
  const judged = await judgeStatements(found.value, known);
  return andThen(judged, (statements) => accepted({ ...found.value, ...statements, common, deployed }));
}

/** What was stated about a stage, by who counts, as far as these statements were deployed or not. */
export async function judgeStatements(
  { project, definition, gate, trust }: Subject,
  deployed: DeployedCoverage,
): Promise<Outcome<Pick<StageRecord, "statements" | "chains" | "court" | "newest">>> {
  const read = await readStatements(definition.name);
  if (read.kind === "refused") return read;
  const chains = chainsOf(read.value);
  const gathered = await gatherEvidence(read.value, chains, (one) => verifyStatement(one, trust.allowedSigners));
  return andThen(gathered, (evidence) => {
    const court = new StandingCourt({ project, definition, gate, trust, chains, evidence, deployed });
    const newest = newestStatements({ chains, evidence, court, rule: gate.approvals, nowMs: deployed.nowMs });
    return accepted({ statements: read.value, chains, court, newest });
  });
}

type Subject = Pick<StageRecord, "project" | "trust" | "definition" | "gate">;

function toSubject(project: string, trust: Trust, definition: StageDefinition): Outcome<Subject> {
  const { gate, name } = definition;
  if (gate === undefined) return refused([refuseNoGate(name)]);
  if (trust.root === undefined) return refused([refuseNoAnchor(name, trust.newestRoot)]);
  const against = trust.stageRefusals.get(name) ?? [];
  return against.length > 0 ? refused(against) : accepted({ project, trust, definition, gate });
}

async function readDeployed(stage: string, nowMs: number, signal: AbortSignal): Promise<DeployedCoverage | undefined> {
  const answer = await readDeployedStage(stage, signal);
  if (answer.kind === "refused") return undefined;
  const { root, statements } = answer.value;
  return { gated: true, root, statements, nowMs };
}

function refuseNoGate(stage: string): Refusal {
  return {
    code: "not-gated",
    place: { file: displayPath(stagesPath()), path: `stages.${stage}` },
    found: `${stage}, which has no gate`,
    expected: "a gated stage: nothing is stated or approved elsewhere",
    action: `nothing is to be done: pulumi up -s ${stage} deploys what the stack file says`,
  };
}

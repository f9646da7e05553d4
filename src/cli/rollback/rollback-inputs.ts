import { readClusterHolds } from "../../adapters/cluster-holds.ts";
import type { ClusterAccess } from "../../adapters/kubectl.ts";
import { readMigrationJobs } from "../../adapters/migration-jobs.ts";
import { readProjectName } from "../../adapters/project-name.ts";
import { readWholeHistory } from "../../adapters/stack-history.ts";
import {
  loadCommonParts,
  loadStage,
  stagesPath,
  type CommonParts,
  type LoadedStage,
} from "../../adapters/stage-loader.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { refuseUnknown } from "../../delivery/promotion/promotion-plan.ts";
import { candidatesOf, selectNames, type Candidate } from "../../delivery/rollback/candidates.ts";
import { judgeVersion, type RollbackGround } from "../../delivery/rollback/rollback-plan.ts";
import type { ClusterHold } from "../../model/cluster-hold.ts";
import type { StackUpdate } from "../../model/deployed-stage.ts";
import {
  accepted,
  andThen,
  combine,
  orThrow,
  refused,
  refusalsOf,
  type Outcome,
  type Refusal,
} from "../../model/refusal.ts";
import type { MigrationJob } from "../../model/migration-job.ts";
import { textSchema } from "../../model/statements/signed-json.ts";
import { findStage, type StageDefinition } from "../../model/stages.ts";
import { readStageRecord, type StageRecord } from "../../stage-record.ts";

/** What was asked for, and is there. */
export interface RollbackSubject {
  readonly project: string;
  readonly common: CommonParts;
  readonly definition: StageDefinition;
  /** Each once; empty: everything that runs. */
  readonly names: readonly string[];
  /** What --reason says. */
  readonly reason: string | undefined;
}

export interface RollbackInputs extends RollbackSubject {
  readonly loaded: LoadedStage;
  /** The newest first, numbered. */
  readonly history: readonly StackUpdate[];
  /** Undefined where the stage has no gate. */
  readonly record: StageRecord | undefined;
  /** Undefined where the stage names no cluster, or none is to be asked. */
  readonly access: ClusterAccess | undefined;
  /** Versions that the cluster knows to be bad. */
  readonly clusterHolds: readonly ClusterHold[];
  /** Migrations that it saw. */
  readonly jobs: readonly MigrationJob[];
  readonly ground: RollbackGround;
}

export interface InputOptions {
  readonly withMigrations?: boolean;
  readonly acceptDowntime?: boolean;
  /** False: nothing is deployed, so that no cluster has to answer. */
  readonly deploy?: boolean;
}

/** Finds stage and applications by their names, before any of their files is read. */
export async function findSubject(
  stage: string,
  applications: readonly string[],
  reason: string | undefined,
): Promise<Outcome<RollbackSubject>> {
  const [project, common] = await Promise.all([readProjectName(), loadCommonParts()]);
  const { trust, catalogue } = common;
  const names: Outcome<readonly string[]> = andThen(catalogue, (known) => {
    const unknown = refuseUnknown(known, applications);
    return unknown.length > 0 ? refused(unknown) : accepted([...new Set(applications)]);
  });
  const definition = andThen(trust, ({ stages }) => findStage(stages, stage, displayPath(stagesPath())));
  const found = combine({ project, trust, definition, names, reason: toReason(reason) });
  return andThen(found, (subject) => accepted({ ...subject, common }));
}

function toReason(text: string | undefined): Outcome<string | undefined> {
  if (text === undefined) return accepted(undefined);
  const parsed = textSchema.safeParse(text.trim());
  if (parsed.success) return accepted(parsed.data);
  return refused([
    {
      code: "invalid-reason",
      place: { path: "--reason" },
      found: `${text.trim().length} characters`,
      expected: parsed.error.issues[0]?.message ?? "text",
      action: 'say why, for example --reason "logins fail since 2.3.1"',
    },
  ]);
}

export interface InputQuestion {
  readonly subject: RollbackSubject;
  readonly options: InputOptions;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads the stage's files, its record, its history, and what its cluster knows to be bad.
 * @throws RefusalError with every reason: 2 where a file is wrong, 1 where engine or cluster do not answer
 */
export async function readInputs(question: InputQuestion): Promise<RollbackInputs> {
  const { subject, options, nowMs, signal } = question;
  const { project, common, definition } = subject;
  const stage = definition.name;
  const [loaded, history, record] = await Promise.all([
    loadStage({ project, stage, common }),
    readWholeHistory(stage, signal),
    definition.gate === undefined ? accepted(undefined) : readStageRecord({ stage, nowMs, signal }),
  ]);
  // What a broken file says of the cluster is not asked.
  const access = loaded.kind === "accepted" && options.deploy !== false ? accessOf(loaded.value, signal) : undefined;
  const cluster =
    loaded.kind === "refused" || access === undefined
      ? accepted({ clusterHolds: [], jobs: [] })
      : await askCluster(loaded.value, access);
  const whole = combine({ loaded, history, record, cluster });
  const { cluster: known, ...read } = orThrow(whole, loaded.kind === "refused" ? 2 : 1);
  return { ...subject, ...read, ...known, access, ground: groundOf(question, { ...read, ...known }) };
}

function accessOf({ stackFile, source }: LoadedStage, signal: AbortSignal): ClusterAccess | undefined {
  if (stackFile.cluster === undefined) return undefined;
  const { context } = stackFile.cluster;
  return { context, place: source.placeOf(["config", "lockstep:cluster", "context"]), signal };
}

async function askCluster(
  { stage }: LoadedStage,
  access: ClusterAccess,
): Promise<Outcome<Pick<RollbackInputs, "clusterHolds" | "jobs">>> {
  const namespaces = stage.namespaces.map(({ name }) => name);
  const [clusterHolds, jobs] = await Promise.all([
    readClusterHolds({ project: stage.project, stage: stage.name, namespaces, access }),
    readMigrationJobs({ ...access, namespaces }),
  ]);
  return combine({ clusterHolds, jobs });
}

type ReadParts = Pick<RollbackInputs, "loaded" | "history" | "record" | "jobs" | "clusterHolds">;

function groundOf({ options, nowMs }: InputQuestion, parts: ReadParts): RollbackGround {
  const { loaded, history, record, jobs, clusterHolds } = parts;
  const { stage, catalogue, stackFile, source } = loaded;
  return {
    ...{ stage: stage.name, catalogue, stackFile, history, jobs, clusterHolds, chains: record?.chains, nowMs },
    withMigrations: options.withMigrations === true,
    acceptDowntime: options.acceptDowntime === true,
    placeOf: (path) => source.placeOf(path),
  };
}

/** The history as somebody sees it who wants to go back. */
export function listCandidates(inputs: RollbackInputs, names: readonly string[]): readonly Candidate[] {
  const { ground, history, loaded } = inputs;
  return candidatesOf({
    ...{ history, names },
    judge: (name, pin) => {
      const application = loaded.catalogue.get(name);
      const judged = application === undefined ? [] : refusalsOf(judgeVersion(application, pin, ground));
      return [...judged, ...refuseHeldInCluster(name, pin.image.digest, inputs)];
    },
  });
}

/** Everybody who goes back where nobody was named: what runs. */
export function namesOf({ names, loaded }: Pick<RollbackInputs, "names" | "loaded">): readonly string[] {
  return selectNames(names, loaded.catalogue, loaded.stackFile);
}

/** What failed here does not come back before somebody says so. */
export function refuseHeldInCluster(
  name: string,
  image: string,
  { clusterHolds, definition }: Pick<RollbackInputs, "clusterHolds" | "definition">,
): readonly Refusal[] {
  const stage = definition.name;
  return clusterHolds
    .filter((hold) => hold.application === name && hold.image === image)
    .map(({ reference, reason, by }) => ({
      code: "held",
      place: { path: `${stage}: ${name}` },
      found: `${reference}, which is on hold in the cluster of ${stage}, by ${by}: ${reason}`,
      expected: "a version that nobody found to be bad",
      action: `choose another update: npm run rollback -- ${stage} ${name} --list; or where the reason is gone: npm run resume -- ${stage} ${name}`,
    }));
}

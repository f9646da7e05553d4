import { relative } from "node:path";
import { readClusterHolds, type PlacedHold } from "./adapters/cluster-holds.ts";
import { GitFolder } from "./adapters/git.ts";
import type { ClusterAccess } from "./adapters/kubectl.ts";
import { readMigrationJobs } from "./adapters/migration-jobs.ts";
import { projectRoot, trustFolder } from "./adapters/project.ts";
import type { LoadedStage } from "./adapters/stage-loader.ts";
import { broughtBy } from "./delivery/deploy-checks/brought-by.ts";
import { refuseExpiredApprovals } from "./delivery/deploy-checks/expired-approvals.ts";
import { refuseHeldVersions } from "./delivery/deploy-checks/held-versions.ts";
import { movedVersions, type MovedVersion } from "./delivery/deploy-checks/moved-version.ts";
import { refuseDatabases } from "./delivery/deploy-checks/databases.ts";
import { checkDeploySources } from "./deploy-sources.ts";
import { checkGitState } from "./git-state.ts";
import type { DeployedStage, StackUpdate } from "./model/deployed-stage.ts";
import { accepted, refusalsOf, type Outcome, type Refusal } from "./model/refusal.ts";
import { stackFileName } from "./model/stack-file.ts";
import { refuseRewrittenSince, refuseTakenFromRecord } from "./record-kept.ts";
import { judgeStatements, type StageRecord } from "./stage-record.ts";

export interface DeployQuestion {
  readonly loaded: LoadedStage;
  /** As the outputs have it. */
  readonly deployed: DeployedStage;
  /** The newest first, at least back to the newest that was of the whole stage and succeeded. */
  readonly history: readonly StackUpdate[];
  readonly options: DeployCheckOptions;
  readonly purpose: "deploy" | "rollback" | "reconcile";
  /** Of a rollback: who goes back; the others of the stage are deployed as ever. @default all of them */
  readonly back?: ReadonlySet<string>;
  /** About which a statement will be written first: what the newest of today says of them does not count. */
  readonly restated?: ReadonlySet<string>;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export interface DeployCheckOptions {
  readonly acceptDowntime?: boolean;
  /** The branch that what is deployed must not be behind, as the user typed it. */
  readonly base?: string;
  /** False: the base branch's remote is not asked for its newest. */
  readonly fetch?: boolean;
}

/**
 * Everything that stands against deploying a stage now, besides what program and pack say themselves (DESIGN, Who
 * checks what). Cluster, git, and the sources of what moves are asked at once.
 */
export async function checkDeploy(question: DeployQuestion): Promise<readonly Refusal[]> {
  const { loaded, deployed } = question;
  const moved = movedVersions(loaded.stage.applications, deployed);
  const [git, cluster, stated] = await Promise.all([
    checkGit(question),
    checkCluster(question, moved),
    checkStatements(question, moved),
  ]);
  const distinct = new Map([...git, ...cluster, ...stated].map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()];
}

/**
 * Where the project is in git, what is deployed can be found there. The verb `rollback` asks before it writes, and its
 * own files are not committed yet; what somebody took out of the record, such as a withdrawal, counts all the same.
 */
async function checkGit({ loaded, options, purpose, signal }: DeployQuestion): Promise<readonly Refusal[]> {
  const git = new GitFolder(projectRoot, signal);
  if (!(await git.isRepository())) return [];
  const stage = loaded.stage.name;
  if (purpose === "rollback") {
    const question = { stage, base: options.base, signal };
    return loaded.definition.gated ? refuseTakenFromRecord(projectRoot, question) : [];
  }
  const { base, fetch = true } = options;
  const state = await checkGitState({ files: deployedFiles(stage), statementsOf: stage, base, fetch, signal });
  if (state.kind === "refused") return state.refusals;
  return refuseRewrittenSince(git, stage, state.value.base);
}

/** What decides on what is deployed, relative to the project. */
export function deployedFiles(stage: string): readonly string[] {
  const trust = relative(projectRoot, trustFolder());
  return [
    ...["Pulumi.yaml", stackFileName(stage), `statements/${stage}`, "src", "policy", "package.json"],
    // The sandbox's is its own.
    ...(trust === "trust" ? [trust] : []),
  ];
}

/** What the cluster remembers: versions that failed, and how far the databases are. */
async function checkCluster(question: DeployQuestion, moved: readonly MovedVersion[]): Promise<readonly Refusal[]> {
  const { loaded, history, options, purpose, nowMs } = question;
  const { stage, stackFile, source } = loaded;
  const access = accessOf(question);
  const namespaces = stage.namespaces.map(({ name }) => name);
  const migrates = stage.applications.some(({ application }) => application.migration !== undefined);
  const [holds, jobs] = await Promise.all([
    placedHolds(loaded, access),
    access === undefined || !migrates ? accepted([]) : readMigrationJobs({ ...access, namespaces }),
  ]);
  const placeOf: LoadedStage["source"]["placeOf"] = (path) => source.placeOf(path);
  const forward = new Set(forwardOnes(question, moved).map(({ name }) => name));
  const inCluster = holds.kind === "accepted" ? holds.value : [];
  const applications = broughtBy({ ...question, applications: stage.applications });
  const held = refuseHeldVersions({
    ...{ stage: { name: stage.name, applications }, stackFile, inCluster, moved: forward, nowMs, placeOf },
  });
  const acceptDowntime = options.acceptDowntime === true;
  const databases =
    jobs.kind === "refused"
      ? []
      : refuseDatabases({
          ...{ stage, stackFile, moved, forward, history, jobs: jobs.value, acceptDowntime, purpose, placeOf },
        });
  return [...refusalsOf(holds), ...refusalsOf(jobs), ...held, ...databases];
}

/** What moves and is no way back: a rollback excuses its own applications, and not what was promoted beside them. */
function forwardOnes(
  { purpose, back }: Pick<DeployQuestion, "purpose" | "back">,
  moved: readonly MovedVersion[],
): readonly MovedVersion[] {
  if (purpose !== "rollback") return moved;
  return back === undefined ? [] : moved.filter(({ name }) => !back.has(name));
}

/** The versions that a stage's cluster holds; of a stage without a cluster, none. */
export async function placedHolds(
  { stage: { project, name, namespaces } }: Pick<LoadedStage, "stage">,
  access: ClusterAccess | undefined,
): Promise<Outcome<readonly PlacedHold[]>> {
  if (access === undefined) return accepted([]);
  return readClusterHolds({ project, stage: name, namespaces: namespaces.map((one) => one.name), access });
}

function accessOf({ loaded: { stackFile, source }, signal }: DeployQuestion): ClusterAccess | undefined {
  if (stackFile.cluster === undefined) return undefined;
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  return { context: stackFile.cluster.context, place, signal };
}

/** In a gated stage: whether approvals have expired, and whether what moves may still come from where it came. */
async function checkStatements(question: DeployQuestion, moved: readonly MovedVersion[]): Promise<readonly Refusal[]> {
  const { loaded, deployed, nowMs, signal } = question;
  const { gate } = loaded.definition;
  // Without an anchor nobody's statements count, which the program refuses.
  if (gate === undefined || loaded.trust.root === undefined) return [];
  const expires = gate.approvals?.expireAfterSeconds !== undefined;
  const forward = forwardOnes(question, moved);
  const promotes = forward.length > 0;
  if (!expires && !promotes) return [];
  const { root, statements } = deployed;
  const subject = { project: loaded.stage.project, definition: loaded.definition, gate, trust: loaded.trust };
  const record = await judgeStatements(subject, { gated: true, root, statements, nowMs });
  // What is wrong with the statements is said by the program.
  if (record.kind === "refused") return [];
  const expired = expires ? refuseExpiredApprovals(record.value.newest, question.restated) : [];
  if (!promotes) return expired;
  return [
    ...expired,
    ...(await checkDeploySources({ loaded, promoted: promotedFrom(record.value, forward), nowMs, signal })),
  ];
}

/** By stage, what moves by a promotion from there. */
function promotedFrom(
  { newest }: Pick<StageRecord, "newest">,
  moved: readonly MovedVersion[],
): ReadonlyMap<string, readonly MovedVersion[]> {
  const sources = new Map(
    newest.flatMap(({ statement: { kind, from }, applications }) =>
      kind === "promotion" && from !== undefined ? applications.map((name) => [name, from] as const) : [],
    ),
  );
  const promoted = moved.filter(({ name }) => sources.has(name));
  return Map.groupBy(promoted, ({ name }) => sources.get(name) ?? "");
}

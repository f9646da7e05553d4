import { readEarlierFiles } from "../../adapters/earlier-files.ts";
import { GitFolder } from "../../adapters/git.ts";
import { projectRoot } from "../../adapters/project.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { refuseRevokedVersions } from "../../delivery/coverage/revoked.ts";
import type { RollbackPlan } from "../../delivery/rollback/rollback-plan.ts";
import { settingsDifferences, type SettingDifference } from "../../delivery/settings-differences.ts";
import { deployedFiles } from "../../deploy-checks.ts";
import { checkGitState } from "../../git-state.ts";
import type { DeployedStage } from "../../model/deployed-stage.ts";
import { refusalsOf, type Outcome, type Refusal } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { refuseNoAnchor } from "../../model/trust/verify-root.ts";
import { refusePinSignatures } from "../../pin-signatures.ts";
import { readTargetAfter } from "../promote/target-after.ts";
import { preparePublication, type Publication, type PublicationOptions } from "../publication.ts";
import { lookAtDeploy, NOTHING_AHEAD, type DeployAhead } from "./deploy-ahead.ts";
import { filesLeft } from "./left-files.ts";
import { refuseHeldInCluster, type RollbackInputs } from "./rollback-inputs.ts";

export interface EvidenceOptions extends PublicationOptions {
  /** False: the base branch's remote is not asked for its newest. */
  readonly fetch?: boolean;
  readonly acceptDowntime?: boolean;
  readonly breakLock?: boolean;
}

/** What the world says of a plan. */
export interface RollbackEvidence {
  readonly refusals: readonly Refusal[];
  /** What stands against the deploy alone. */
  readonly ahead: DeployAhead;
  /** What an earlier rollback has written and nobody committed, relative to the project. */
  readonly left: readonly string[];
  /** Undefined where the stage's files would be refused. */
  readonly after: LoadedStage | undefined;
  readonly publication: Publication | undefined;
  readonly since: ChangesSince;
}

/** What is not as it was with the update, and stays as it is. */
export interface ChangesSince {
  /** Why nobody can tell, or how far; undefined: this is all of it. */
  readonly unknown: string | undefined;
  /** By application; `left` is then, `right` is now. Of a secret it says only whether it is set. */
  readonly settings: ReadonlyMap<string, readonly SettingDifference[]>;
  /** Of the catalogue and its charts, relative to the project. */
  readonly files: readonly string[];
}

export interface EvidenceQuestion {
  readonly inputs: RollbackInputs;
  readonly plan: RollbackPlan;
  readonly options: EvidenceOptions;
  /** The stack's outputs; undefined where nothing is deployed. */
  readonly outputs: Promise<Outcome<DeployedStage>> | undefined;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Asks registry and git at once: everything that stands against the plan is said together. */
export async function gatherEvidence(question: EvidenceQuestion): Promise<RollbackEvidence> {
  const { inputs, plan, options, signal } = question;
  const { project, common, loaded } = inputs;
  const target = { project, common, target: loaded };
  const leaving = readTargetAfter(target, { to: plan.stage, applications: plan.applications, changes: plan.changes });
  const [after, ahead, signatures, git, publication, since] = await Promise.all([
    leaving,
    leaving.then(({ loaded: left }) => askAhead(question, left)),
    askSignatures(question),
    askGit(question),
    preparePublication(options, signal),
    askSince(question),
  ]);
  const { trust, definition } = loaded;
  const anchor = definition.gated && trust.root === undefined ? [refuseNoAnchor(plan.stage, trust.newestRoot)] : [];
  const held = plan.applications.flatMap(({ name, after: pin }) => refuseHeldInCluster(name, pin.image.digest, inputs));
  const misfits = [...after.reasons.whole, ...[...after.reasons.applications.values()].flat()];
  const revoked = after.loaded === undefined ? [] : refuseRevoked(after.loaded, question);
  return {
    refusals: [...anchor, ...held, ...misfits, ...revoked, ...signatures, ...git.refusals, ...refusalsOf(publication)],
    ahead,
    left: git.left,
    after: after.loaded,
    publication: publication.kind === "accepted" ? publication.value : undefined,
    since,
  };
}

async function askAhead(question: EvidenceQuestion, after: LoadedStage | undefined): Promise<DeployAhead> {
  const { outputs } = question;
  return after === undefined || outputs === undefined ? NOTHING_AHEAD : lookAtDeploy({ ...question, after, outputs });
}

/** Also in stages without a gate: the program asks the same there. */
function refuseRevoked({ stage }: LoadedStage, { inputs, plan }: EvidenceQuestion): readonly Refusal[] {
  const moved = new Set(plan.applications.map(({ name }) => name));
  const { trust, source } = inputs.loaded;
  return refuseRevokedVersions(
    stage.applications.filter(({ application }) => moved.has(application.name)),
    trust.revocations,
    (name) => source.placeOf(["config", "lockstep:pins", name]),
  );
}

/** As the program asks: in stages with a gate, where an anchor says whose signatures count. */
async function askSignatures({ inputs, plan }: EvidenceQuestion): Promise<readonly Refusal[]> {
  const { trust, source, definition } = inputs.loaded;
  if (!definition.gated || trust.root === undefined) return [];
  const pins = new Map(plan.applications.map(({ name, after }) => [name, after]));
  return [...(await refusePinSignatures({ stage: plan.stage, trust, pins, source })).values()].flat();
}

interface GitAnswer {
  readonly refusals: readonly Refusal[];
  /** What an earlier rollback left uncommitted: this one goes on from there. */
  readonly left: readonly string[];
}

/** Where a statement is written, or a commit made; nothing to write needs nobody's leave. */
async function askGit({ inputs, plan, options, signal }: EvidenceQuestion): Promise<GitAnswer> {
  const { stage, changes, applications } = plan;
  const { commit, branch, push, base, fetch = true } = options;
  const commits = commit === true || branch !== undefined || push === true;
  if (applications.length === 0 && changes.length === 0) return { refusals: [], left: [] };
  if (!inputs.definition.gated && !commits) return { refusals: [], left: [] };
  const left = await filesLeft(stage, inputs.record?.statements ?? [], signal);
  const own = new Set([stackFileName(stage), `statements/${stage}`]);
  // Also what the program is made of: the rollback's own deploy cannot ask for clean files any more.
  const files = deployedFiles(stage).filter((file) => left.length === 0 || !own.has(file));
  return { refusals: refusalsOf(await checkGitState({ files, statementsOf: stage, base, fetch, signal })), left };
}

/** What people changed since the commit that the update was made from. */
async function askSince({ inputs, plan, signal }: EvidenceQuestion): Promise<ChangesSince> {
  const nothing = { settings: new Map<string, readonly SettingDifference[]>(), files: [] };
  const { version, head, dirty } = plan.update;
  if (plan.applications.length === 0) return { unknown: undefined, ...nothing };
  if (head === undefined) return { unknown: `update ${version} names no commit`, ...nothing };
  const earlier = await readEarlierFiles(plan.stage, head, signal);
  const short = head.slice(0, 12);
  if (earlier === undefined) {
    const inGit = await new GitFolder(projectRoot, signal).isRepository();
    const why = inGit ? "this repository does not have" : "nobody can look at outside git";
    return { unknown: `update ${version} was of the commit ${short}, which ${why}`, ...nothing };
  }
  const { stackFile, changedFiles } = earlier;
  const settings = plan.applications.map(({ name }) => {
    const [then, now] = [stackFile?.settings.get(name), inputs.loaded.stackFile.settings.get(name)];
    return [name, stackFile === undefined ? [] : settingsDifferences(then ?? {}, now ?? {})] as const;
  });
  const unknown = dirty
    ? `update ${version} was of files that differed from the commit ${short}: what is compared is the commit`
    : undefined;
  return { unknown, settings: new Map(settings), files: changedFiles };
}

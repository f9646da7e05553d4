import { loadEngineApi } from "../../adapters/engine-run/engine-run.ts";
import type { DeploymentPlan } from "../../delivery/deployment/deployment-plan.ts";
import type { Json } from "../../model/json.ts";
import type { ApplicationRollout } from "../../model/rollout.ts";
import { confirm } from "../confirmation.ts";
import { terminalWidth } from "../text-table.ts";
import { carryOut } from "./carry-out.ts";
import { deployToJson, type DeployReport } from "./deploy-json.ts";
import { earlierVersions } from "./earlier-versions.ts";
import { beginLook, type BegunLook } from "./begun-look.ts";
import { openMeanwhile } from "./opened-meanwhile.ts";
import { lookAhead, type LookAhead } from "./look-ahead.ts";
import { renderMadeUp } from "./made-up-text.ts";
import { makeUpForChecks } from "./missing-checks.ts";
import type { OpenedStage } from "./opened-stage.ts";
import { failedVersions, goBack, mayGoBack } from "./way-back.ts";
import { endOfWayBack, renderWentBack, wentBackToJson } from "./way-back-text.ts";
import { questionText, renderDeployment } from "./plan-text.ts";
import { renderEnd, renderStays } from "./end-text.ts";
import type { WrittenInputs } from "./written-inputs.ts";

/** What a deploy is asked for; `rollback` and `reconcile` ask as well. */
export interface DeployCall {
  readonly stage: string;
  readonly options: DeployOptions;
  /** A rollback's deploy is never rolled back, and holds on applications do not stop it. @default "deploy" */
  readonly purpose?: "deploy" | "rollback" | "reconcile";
  /** Of a rollback: the applications that go back. What else moves with them is judged as in any deploy. @default all */
  readonly back?: readonly string[];
  /** Of a way back: what it has written, and on what. Where something else lies there, nothing is deployed. */
  readonly written?: WrittenInputs;
  readonly signal: AbortSignal;
  /** Takes the document of --json, for a verb that has one of its own. @default standard output */
  readonly onReport?: (document: Json) => void;
}

export interface DeployOptions {
  readonly reason?: string;
  readonly key?: string;
  readonly full?: boolean;
  readonly acceptDowntime?: boolean;
  readonly breakLock?: boolean;
  /** False: a failed roll-out stays as it is. */
  readonly rollback?: boolean;
  readonly base?: string;
  readonly fetch?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly commit?: boolean;
  readonly branch?: string;
  readonly push?: boolean;
}

/** How a deploy ended. What was refused before anything changed throws a RefusalError. */
export interface DeployResult {
  readonly stage: string;
  /** `nothing`: everything was as declared; `planned`: --dry-run, or a "no". */
  readonly ended: "nothing" | "planned" | "deployed" | "rolled-back" | "failed" | "interrupted";
  readonly applications: readonly {
    readonly name: string;
    readonly imageBefore: string | undefined;
    readonly imageAfter: string | undefined;
    readonly rollout: ApplicationRollout | undefined;
  }[];
}

/**
 * Plans, shows, asks, deploys, follows and, where it fails, brings back. Writes to standard output and error itself.
 * @throws RefusalError where it is refused before anything changed
 */
export async function deployStage(call: DeployCall): Promise<DeployResult> {
  return deployBegun(call, await beginLook(call));
}

/** The same for a deploy whose preview has begun. */
export async function deployBegun(call: DeployCall, begun: BegunLook): Promise<DeployResult> {
  const { options, signal } = call;
  say(call, `Asking engine, cluster, registry and git about ${call.stage} …`);
  const { opened, early } = await openMeanwhile(call, begun);
  if (options.dryRun !== true) loadEngineApi();
  const ahead = await lookAhead(call, opened, early);
  const { plan, warnings } = ahead;
  show(call, renderDeployment({ plan, warnings, full: options.full === true, width: terminalWidth() }));
  if (plan.empty) return checkUnchanged(call, opened, ahead);
  if (options.dryRun === true || !(isAnswered(call, plan) || (await confirm(questionText(plan), options, signal)))) {
    show(call, call.back === undefined ? "nothing was changed" : "nothing was deployed; the files are written");
    return end(call, plan, "planned");
  }
  return finish(call, opened, ahead);
}

/** Whoever said yes to a way back said so to that, and to nothing that would come along with it. */
function isAnswered({ back }: DeployCall, { applications }: DeploymentPlan): boolean {
  return back !== undefined && applications.every(({ name }) => back.includes(name));
}

async function finish(call: DeployCall, opened: OpenedStage, ahead: LookAhead): Promise<DeployResult> {
  const done = await carryOut(call, opened, ahead);
  show(call, `\n${renderEnd(ahead.plan, done, call.purpose)}`);
  const failed = failedVersions(done, ahead, opened.loaded.stackFile.pins);
  if (done.ended !== "failed") return end(call, ahead.plan, done.ended, { done });
  if (failed.size === 0 || !mayGoBack(call)) {
    show(call, `\n${renderStays(call, done.failed)}`);
    return end(call, ahead.plan, done.ended, { done });
  }
  return end(call, ahead.plan, ...(await takeBack(call, opened, ahead, failed, { done })));
}

/** Nothing to deploy: what an earlier run did not come to check is checked, and taken back as that run would have done. */
async function checkUnchanged(call: DeployCall, opened: OpenedStage, ahead: LookAhead): Promise<DeployResult> {
  const { plan } = ahead;
  const made = await makeUpForChecks(call, opened, ahead);
  const found = renderMadeUp(plan.stage, made);
  if (found !== "") show(call, `\n${found}`);
  if (made.failed.length === 0) return end(call, plan, made.ended, { made });
  const earlier = await earlierVersions(opened, ahead, made, call.signal);
  const failed = failedVersions(made, earlier.ahead, opened.loaded.stackFile.pins);
  const goes = failed.size > 0 && mayGoBack(call);
  if (goes && (await isToGoBack(call, failed)))
    return end(call, plan, ...(await takeBack(call, opened, earlier.ahead, failed, { made })));
  const left = goes ? { ...call, options: { ...call.options, rollback: false } } : call;
  const stays = earlier.cameBack.length > 0 ? { ...call, purpose: "rollback" as const } : left;
  show(call, `\n${renderStays(stays, made.failed)}`);
  return end(call, plan, made.ended, { made });
}

type FailedVersions = ReturnType<typeof failedVersions>;

/** Whoever typed the command said yes to nothing yet. Where nobody can be asked, it stays and is said. */
async function isToGoBack({ options, signal }: DeployCall, failed: FailedVersions): Promise<boolean> {
  if (options.yes !== true && (!process.stdin.isTTY || options.json === true)) return false;
  return confirm(`Take back ${[...failed.keys()].join(", ")}?`, options, signal);
}

type Facts = Partial<Omit<DeployReport, "plan" | "ended">>;

async function takeBack(
  call: DeployCall,
  opened: OpenedStage,
  ahead: LookAhead,
  failed: FailedVersions,
  facts: Facts,
): Promise<[DeployResult["ended"], Facts]> {
  show(call, `\nTaking back ${[...failed.keys()].join(", ")} …\n`);
  const went = await goBack(call, opened, ahead, failed, deployStage);
  show(call, `\n${renderWentBack(call.stage, went)}`);
  return [endOfWayBack(went), { ...facts, rolledBack: wentBackToJson(went) }];
}

function end(call: DeployCall, plan: DeploymentPlan, ended: DeployResult["ended"], facts: Facts = {}): DeployResult {
  const { options, onReport = print } = call;
  const { done, made, rolledBack = null } = facts;
  if (options.json === true) onReport(deployToJson({ plan, ended, done, made, rolledBack }));
  const rollouts = new Map(done?.updated.rollouts.map((rollout) => [rollout.application, rollout]));
  return {
    stage: plan.stage,
    ended,
    applications: plan.applications.map(({ name, before, after }) => ({
      name,
      imageBefore: before?.image,
      imageAfter: after?.image,
      rollout: rollouts.get(name),
    })),
  };
}

function print(document: Json): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

function show({ options }: DeployCall, text: string): void {
  if (options.json !== true && text !== "") process.stdout.write(`${text}\n`);
}

/** Where people watch. */
function say({ options }: DeployCall, text: string): void {
  if (options.json !== true && process.stderr.isTTY) process.stderr.write(`${text}\n`);
}

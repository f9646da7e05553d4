import type { DeploymentPlan } from "../../delivery/deployment/deployment-plan.ts";
import type { Json } from "../../model/json.ts";
import type { ApplicationRollout } from "../../model/rollout.ts";
import { confirm } from "../confirmation.ts";
import { terminalWidth } from "../text-table.ts";
import { carryOut, type CarriedOut } from "./carry-out.ts";
import { deployToJson } from "./deploy-json.ts";
import { lookAhead, type LookAhead } from "./look-ahead.ts";
import { openStage, type OpenedStage } from "./opened-stage.ts";
import { failedVersions, goBack, mayGoBack } from "./way-back.ts";
import { endOfWayBack, renderWentBack, wentBackToJson } from "./way-back-text.ts";
import { prepareStack } from "./prepared-stack.ts";
import { questionText, renderDeployment } from "./plan-text.ts";
import { renderEnd, renderStays } from "./end-text.ts";

/** What a deploy is asked for; `rollback` and `reconcile` ask as well. */
export interface DeployCall {
  readonly stage: string;
  readonly options: DeployOptions;
  /** A rollback's deploy is never rolled back, and holds on applications do not stop it. @default "deploy" */
  readonly purpose?: "deploy" | "rollback" | "reconcile";
  /** Of a rollback: the applications that go back. What else moves with them is judged as in any deploy. @default all */
  readonly back?: readonly string[];
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
  const { options, signal } = call;
  const opened = await openStage(call);
  await prepareStack(call, opened);
  say(call, `Asking engine, cluster, registry and git about ${call.stage} …`);
  const ahead = await lookAhead(call, opened);
  const { plan, warnings } = ahead;
  show(call, renderDeployment({ plan, warnings, full: options.full === true, width: terminalWidth() }));
  if (plan.empty) return end(call, plan, "nothing");
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
  const failed = failedVersions(done, ahead);
  if (done.ended !== "failed") return end(call, ahead.plan, done.ended, done);
  if (failed.size === 0 || !mayGoBack(call)) {
    show(call, `\n${renderStays(call, done.failed)}`);
    return end(call, ahead.plan, done.ended, done);
  }
  show(call, `\nTaking back ${[...failed.keys()].join(", ")} …\n`);
  const went = await goBack(call, opened, ahead, failed, deployStage);
  show(call, `\n${renderWentBack(call.stage, went)}`);
  return end(call, ahead.plan, endOfWayBack(went), done, wentBackToJson(went));
}

function end(
  call: DeployCall,
  plan: DeploymentPlan,
  ended: DeployResult["ended"],
  done?: CarriedOut,
  rolledBack: Json = null,
): DeployResult {
  const { options, onReport = print } = call;
  if (options.json === true) onReport(deployToJson({ plan, ended, done, rolledBack }));
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

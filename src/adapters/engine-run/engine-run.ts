import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Digest } from "../../model/digest.ts";
import type { EngineEvent } from "../../model/engine-events.ts";
import { PLANNED_VARIABLE } from "../../model/planned-variable.ts";
import type { ClusterAccess } from "../kubectl.ts";
import { ProcessError } from "../processes.ts";
import { projectRoot } from "../project.ts";
import { BegunOperations } from "./begun-operations.ts";
import { GroupedPulumi } from "./pulumi-command.ts";
import type { ResourceChange } from "./resource-change.ts";
import { RunRecord, type Diagnostic } from "./run-record.ts";
import { renderExecAgent, type UpdateRecord } from "./update-record.ts";

export interface EngineRunRequest {
  readonly stage: string;
  /** @default PULUMI_OPTION_POLICY_PACK, else the project's own */
  readonly policyPack: string | undefined;
  /** Whether the engine looks first what became of its objects in the cluster. */
  readonly refresh: boolean;
  /** Of the update, for its history. */
  readonly message?: string;
  /** Who, why, which statement: kept with the update. */
  readonly record?: UpdateRecord;
  /** Of the stage's cluster: where an interrupted update has to be remembered, it is asked what came of it. */
  readonly access?: ClusterAccess;
  /** What was shown: the program refuses where it would deploy something else. */
  readonly planned?: Digest;
  /** An event of the engine, as the Automation API hands it over: inputs in it may hold anything. */
  readonly onEvent?: (event: unknown) => void;
  readonly onLine?: (line: string) => void;
  readonly signal: AbortSignal;
}

/** How a preview or an update ended. */
export interface EngineRun {
  readonly ended: "succeeded" | "failed" | "interrupted" | "locked";
  /** What changes, in a preview; what was begun, in an update. */
  readonly changes: readonly ResourceChange[];
  /** What policies did; empty where an event could not be read. */
  readonly events: readonly EngineEvent[];
  readonly diagnostics: readonly Diagnostic[];
  /** The engine's last words, for people. */
  readonly said: string;
}

/**
 * For the Kubernetes provider: fields that somebody else has set since are set again. Without it the update fails half
 * way on a field that was scaled or edited by hand, also one that has the declared value; people see the drift first.
 */
const DECLARED_WINS = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };

const LOCKED = /currently locked by|another update is currently in progress/i;
const LAST_LINES = 40;

/** Previews a stage with the policy pack: the same program, the same stack file, whatever stack is selected. */
export async function previewStage(request: EngineRunRequest): Promise<EngineRun> {
  return runEngine(request, (stack, options) => stack.preview(options));
}

/** Deploys a stage. Shows nothing first: the preview is what people agreed to. */
export async function upStage(request: EngineRunRequest): Promise<EngineRun> {
  const begun = new BegunOperations(request.stage, request.access);
  const run = await runEngine(request, (stack, options) => stack.up({ ...options, showSecrets: false }), begun.look);
  const forgotten = await begun.remember();
  return forgotten === undefined ? run : { ...run, said: `${run.said}\n${forgotten}` };
}

/** Reads what became of a stage's objects in the cluster, into the state. Neither the program nor the cluster is touched. */
export async function refreshStage(
  request: Pick<EngineRunRequest, "stage" | "message" | "record" | "onLine" | "signal">,
): Promise<EngineRun> {
  const whole: EngineRunRequest = { ...request, policyPack: "", refresh: false };
  return runEngine(whole, (stack, options) => stack.refresh({ ...options, showSecrets: false }));
}

type RunOptions = NonNullable<Parameters<Stack["preview"]>[0]> & NonNullable<Parameters<Stack["up"]>[0]>;

async function runEngine(
  request: EngineRunRequest,
  work: (stack: Stack, options: RunOptions) => Promise<unknown>,
  beforeSignal?: () => void,
): Promise<EngineRun> {
  const said = new RunRecord();
  const options = optionsOf(request, said);
  const ended = await endOf(async () => work(await openStack(request, beforeSignal), options), request.signal);
  const { changes, diagnostics, problem } = said;
  if (problem === undefined) return { ...ended, changes, diagnostics, events: said.events };
  return { ended: "failed", changes, diagnostics, events: [], said: `the engine's events cannot be read: ${problem}` };
}

function optionsOf(request: EngineRunRequest, said: RunRecord): RunOptions {
  const { policyPack, refresh, message, record, onEvent, onLine, signal } = request;
  const pack = policyPack ?? process.env["PULUMI_OPTION_POLICY_PACK"] ?? projectPack();
  return {
    refresh,
    color: "never",
    suppressProgress: onLine === undefined,
    suppressOutputs: true,
    signal,
    ...(pack === undefined || pack === "" ? {} : { policyPacks: [pack] }),
    ...(message === undefined ? {} : { message }),
    ...(record === undefined ? {} : { userAgent: renderExecAgent(record) }),
    ...(onLine === undefined ? {} : { onOutput: onLine }),
    onEvent: (event) => {
      said.add(event);
      onEvent?.(event);
    },
  };
}

function projectPack(): string | undefined {
  const pack = join(projectRoot, "policy", "lockstep-policy");
  return existsSync(pack) ? pack : undefined;
}

/** The stack by its name, in the project's folder, without selecting it for anyone. */
async function openStack({ stage, planned }: EngineRunRequest, beforeSignal?: () => void): Promise<Stack> {
  const { LocalWorkspace, Stack } = await import("@pulumi/pulumi/automation/index.js");
  const workspace = await LocalWorkspace.create({
    workDir: projectRoot,
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nobody asks whose instance it is, and the class's own constructor is private.
    pulumiCommand: new GroupedPulumi(beforeSignal),
    envVars: { ...DECLARED_WINS, ...(planned === undefined ? {} : { [PLANNED_VARIABLE]: planned }) },
  });
  // What people selected stays selected.
  workspace.selectStack = () => Promise.resolve();
  const stack = await Stack.select(stage, workspace);
  // After an update the API asks for the outputs with their secrets in plain text, and for its own entry in the history.
  stack.outputs = () => Promise.resolve({});
  stack.info = () => Promise.resolve(undefined);
  return stack;
}

async function endOf(work: () => Promise<unknown>, signal: AbortSignal): Promise<Pick<EngineRun, "ended" | "said">> {
  try {
    await work();
    return { ended: "succeeded", said: "" };
  } catch (error) {
    if (!(error instanceof ProcessError) || error.code === "not-found") throw error;
    const said = lastLines(`${error.stdout}\n${error.stderr}`);
    if (LOCKED.test(said)) return { ended: "locked", said };
    return { ended: signal.aborted ? "interrupted" : "failed", said };
  }
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-LAST_LINES).join("\n");
}

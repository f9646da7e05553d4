import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Digest } from "../../model/digest.ts";
import { PLANNED_VARIABLE } from "../../model/planned-variable.ts";
import type { ClusterAccess } from "../kubectl.ts";
import { projectRoot } from "../project.ts";
import { BegunOperations } from "./begun-operations.ts";
import { endedRun, type EngineRun } from "./ended-run.ts";
import { DECLARED_WINS, policyPackOf } from "./engine-settings.ts";
import type { PreviewRequest } from "./preview.ts";
import { GroupedPulumi } from "./pulumi-command.ts";
import type { ResourceChange } from "./resource-change.ts";
import { RunRecord } from "./run-record.ts";
import { renderExecAgent, type UpdateRecord } from "./update-record.ts";

export interface EngineRunRequest extends PreviewRequest {
  /** Of the update, for its history. */
  readonly message?: string;
  /** Who, why, which statement: kept with the update. */
  readonly record?: UpdateRecord;
  /** Of the stage's cluster: where an interrupted update has to be remembered, it is asked what came of it. */
  readonly access?: ClusterAccess;
  /** What was shown: the program refuses where it would deploy something else. */
  readonly planned?: Digest;
  /** Called with each change as it begins; a replacement begins with each of its steps. */
  readonly onChange?: (change: ResourceChange) => void;
  readonly onLine?: (line: string) => void;
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

type RunOptions = NonNullable<Parameters<Stack["up"]>[0]>;

async function runEngine(
  request: EngineRunRequest,
  work: (stack: Stack, options: RunOptions) => Promise<unknown>,
  beforeSignal?: () => void,
): Promise<EngineRun> {
  const said = new RunRecord(request.onChange);
  const options = optionsOf(request, said);
  const run = async (): Promise<unknown> => work(await openStack(request, beforeSignal), options);
  return endedRun(said, run, request.signal);
}

function optionsOf(request: EngineRunRequest, said: RunRecord): RunOptions {
  const { policyPack, refresh, message, record, onLine, signal } = request;
  const pack = policyPackOf(policyPack);
  return {
    refresh,
    color: "never",
    suppressProgress: onLine === undefined,
    suppressOutputs: true,
    signal,
    ...(pack === undefined ? {} : { policyPacks: [pack] }),
    ...(message === undefined ? {} : { message }),
    ...(record === undefined ? {} : { userAgent: renderExecAgent(record) }),
    ...(onLine === undefined ? {} : { onOutput: onLine }),
    onEvent: (event) => {
      said.add(event);
    },
  };
}

/** Some work, for while there is something to wait for. An update loads it by itself otherwise. */
export function loadEngineApi(): void {
  // Whoever needs it hears what is wrong with it.
  import("@pulumi/pulumi/automation/index.js").catch(() => undefined);
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

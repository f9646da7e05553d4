import { createReadStream, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { codeOf } from "../disk.ts";
import { projectRoot } from "../project.ts";
import { endedRun, type EngineRun } from "./ended-run.ts";
import { DECLARED_WINS, policyPackOf } from "./engine-settings.ts";
import { GroupedPulumi } from "./pulumi-command.ts";
import { RunRecord } from "./run-record.ts";

/** Of the folder that the engine's events lie in. */
const PREFIX = "lockstep-preview-";

export interface PreviewRequest {
  readonly stage: string;
  /** @default PULUMI_OPTION_POLICY_PACK, else the project's own */
  readonly policyPack: string | undefined;
  /** Whether the engine looks first what became of its objects in the cluster. */
  readonly refresh: boolean;
  readonly signal: AbortSignal;
}

/**
 * Previews a stage with the policy pack: the same program, the same stack file, whatever stack is selected. Not by the
 * Automation API: to load it takes longer than everything else that has to come before the engine's start.
 */
export async function previewStage({ stage, policyPack, refresh, signal }: PreviewRequest): Promise<EngineRun> {
  const said = new RunRecord();
  // Nobody else's eyes: the engine's events show inputs of resources.
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  const log = join(folder, "events.jsonl");
  const pack = policyPackOf(policyPack);
  const args = [
    ...["preview", "--stack", stage, "--color", "never", "--suppress-outputs", "--suppress-progress"],
    ...(refresh ? ["--refresh"] : []),
    ...(pack === undefined ? [] : ["--policy-pack", pack]),
    ...["--event-log", log],
  ];
  // Without the second the engine does not know --event-log.
  const env = { ...DECLARED_WINS, PULUMI_DEBUG_COMMANDS: "true" };
  const preview = async (): Promise<void> => {
    const ran = new GroupedPulumi().run(args, projectRoot, env, undefined, undefined, signal);
    await ran.finally(() => readEvents(log, said));
  };
  // A second Ctrl-C does not wait for `finally`.
  const removeNow = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", removeNow);
  try {
    return await endedRun(said, preview, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
    process.off("exit", removeNow);
  }
}

async function readEvents(log: string, said: RunRecord): Promise<void> {
  try {
    for await (const line of createInterface({ input: createReadStream(log), crlfDelay: Infinity })) said.addLine(line);
  } catch (error) {
    // An engine that ends before its first event has its own words for it.
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

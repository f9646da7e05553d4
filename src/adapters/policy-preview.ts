import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderCheckInputs } from "../model/check-inputs.ts";
import type { Digest } from "../model/digest.ts";
import type { EngineEvent } from "../model/engine-events.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { readEngineEvents } from "./engine-events.ts";
import { readRenderedObjects, type RenderedObject } from "./rendered-objects.ts";
import { ProcessError, run, type ProcessResult } from "./processes.ts";
import { codeRoot } from "./project.ts";
import { smallEnvironment } from "./small-environment.ts";
import { customKindsOf, standInKubeconfig, startStandInCluster } from "./stand-in-cluster.ts";

const TIMEOUT_MS = 300_000;
/** Of the folder that a preview lives in. */
const PREFIX = "lockstep-check-";

export interface PreviewRequest {
  readonly project: string;
  readonly stage: string;
  /** The context of the stage's cluster, as the stack file names it. */
  readonly context: string;
  readonly chartPaths: ReadonlyMap<Digest, string>;
  /** What the stack file is to become. @default as it lies there */
  readonly stackFile?: string;
  readonly signal: AbortSignal;
}

export interface PolicyPreviewRequest extends PreviewRequest {
  /** @default the pack beside the running code */
  readonly policyPack?: string;
}

/** The pack beside the running code: where the base branch's copy judges a pull request, the base branch's rules. */
export const OWN_POLICY_PACK = join(codeRoot, "policy", "lockstep-policy");
const PROGRAM = join(codeRoot, "src", "check-program.ts");

/**
 * Previews a stage with the policy pack and without a cluster: the real engine and provider, in a project, a backend
 * and a passphrase of this call's own. Touches no stack of the user's, and leaves nothing behind.
 * @returns the engine's events, whatever the rules said
 */
export async function previewWithPolicies(request: PolicyPreviewRequest): Promise<Outcome<readonly EngineEvent[]>> {
  const { policyPack = OWN_POLICY_PACK } = request;
  return inOwnProject(request, async (files) => {
    const previewed = await preview(files, request, ["--policy-pack", policyPack]);
    if (previewed.kind === "refused") return previewed;
    const read = await readEngineEvents(files.events);
    // The engine's own words where it did not get to its first event: they name what is missing.
    if (read.kind === "refused" && previewed.value.exitCode !== 0) return refused([brokenEngine(previewed.value)]);
    return read;
  });
}

/** The objects that a stage would have, by such a preview without the pack; secrets are placeholders. */
export async function previewObjects(request: PreviewRequest): Promise<Outcome<readonly RenderedObject[]>> {
  return inOwnProject(request, async (files) => {
    const previewed = await preview(files, request, []);
    if (previewed.kind === "refused") return previewed;
    if (previewed.value.exitCode !== 0) return refused([brokenEngine(previewed.value)]);
    return readRenderedObjects(files.events);
  });
}

async function inOwnProject<T>(
  request: PreviewRequest,
  work: (files: ProjectFiles) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  // Nobody else's eyes: the engine's events show inputs of resources. A second Ctrl-C does not wait for `finally`.
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  const removeNow = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", removeNow);
  try {
    const kinds = await Promise.all([...request.chartPaths.values()].map(customKindsOf));
    const cluster = await startStandInCluster(kinds.flat());
    try {
      return await work(await writeProject(folder, request, standInKubeconfig(cluster, request.context)));
    } finally {
      await cluster.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    process.off("exit", removeNow);
  }
}

interface ProjectFiles {
  readonly folder: string;
  readonly events: string;
  readonly env: Readonly<Record<string, string>>;
}

async function writeProject(folder: string, request: PreviewRequest, kubeconfig: string): Promise<ProjectFiles> {
  const path = (name: string): string => join(folder, name);
  // JSON is YAML; the names of the real project, so that the URNs are the real ones.
  const project = {
    name: request.project,
    runtime: { name: "nodejs", options: { typescript: false } },
    main: PROGRAM,
    config: { "pulumi:disable-default-providers": { value: ["kubernetes"] } },
  };
  await Promise.all([
    writeFile(path("Pulumi.yaml"), JSON.stringify(project)),
    writeFile(path("kubeconfig"), kubeconfig),
    writeFile(path("inputs.json"), renderCheckInputs(request)),
    mkdir(path("state")),
    mkdir(path("temporary")),
  ]);
  const env = {
    // Nobody's flags for pulumi, and nobody's credentials: the program and the pack load a change's catalogue.
    ...smallEnvironment(process.env),
    // The engine ends the pack without waiting for it to tidy up.
    TMPDIR: path("temporary"),
    KUBECONFIG: path("kubeconfig"),
    LOCKSTEP_CHECK_INPUTS: path("inputs.json"),
    PULUMI_BACKEND_URL: `file://${path("state")}`,
    // It encrypts placeholders only, for as long as the call takes.
    PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64url"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Without it the engine does not know --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
  };
  return { folder, events: path("events.jsonl"), env };
}

async function preview(
  { folder, events, env }: ProjectFiles,
  { stage, signal }: PreviewRequest,
  policies: readonly string[],
): Promise<Outcome<ProcessResult>> {
  const options = { cwd: folder, env, envAlone: true, timeoutMs: TIMEOUT_MS, signal };
  const created = await pulumi(["stack", "init", stage, "--no-select", "--non-interactive"], options);
  if (created.kind === "refused") return created;
  if (created.value.exitCode !== 0) return refused([brokenEngine(created.value)]);
  const flags = [...policies, "--event-log", events, "--non-interactive", "--color", "never"];
  return pulumi(["preview", "--stack", stage, ...flags], options);
}

/** @throws ProcessError where it was ended by us */
async function pulumi(
  args: readonly string[],
  options: NonNullable<Parameters<typeof run>[2]>,
): Promise<Outcome<ProcessResult>> {
  try {
    return accepted(await run("pulumi", args, options));
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    if (error.code === "not-found") return refused([missingEngine()]);
    if (error.code !== "failed") throw error;
    return accepted({ exitCode: error.exitCode ?? 1, stdout: error.stdout, stderr: error.stderr });
  }
}

function missingEngine(): Refusal {
  return {
    code: "no-engine",
    place: { path: "pulumi" },
    found: "no pulumi on the PATH",
    expected: "the engine that runs the policy pack",
    action: "install pulumi, or: source .sandbox/env",
  };
}

function brokenEngine({ stdout, stderr }: ProcessResult): Refusal {
  return {
    code: "engine-failed",
    place: { path: "pulumi preview" },
    found: `${stdout}\n${stderr}`.trim().split("\n").slice(-12).join("\n"),
    expected: "an engine that starts",
    action: "pulumi about",
  };
}

// Required by mocha (test/mocharc.e2e.json): the one sandbox that all tests of the program share. With --parallel, mocha
// starts it first, and its worker processes find it by the variables below.
import { glob, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sandboxEnvironment } from "../../sandbox/environment.ts";
import { sandboxLocation, type SandboxLocation } from "../../sandbox/location.ts";
import { resetSandbox } from "../../sandbox/reset.ts";
import { findSandbox } from "../../sandbox/settings.ts";
import { sandboxStatus } from "../../sandbox/status.ts";
import { upSandbox } from "../../sandbox/up.ts";
import { furtherSteps, upTools } from "../../src/cli/sandbox/steps.ts";
import { resolveTools, type ResolvedTools } from "../../tools/resolve.ts";
import { showToolProgress } from "../../tools/terminal.ts";
import { freePortBase } from "../sandbox/free-port-base.ts";

const SANDBOX_VARIABLE = "LOCKSTEP_E2E_SANDBOX";
const FOLDER_VARIABLE = "LOCKSTEP_E2E_FOLDER";
const parallel = process.argv.includes("--parallel");

export const repository = resolve(import.meta.dirname, "../..");

export type E2eTools = ResolvedTools<(typeof upTools)[number]>;

export interface SharedSandbox {
  readonly location: SandboxLocation;
  readonly tools: E2eTools;
  /** What `source .sandbox/env` gives a shell. */
  readonly env: Readonly<Record<string, string>>;
  /** Of this run alone; gone after it. */
  readonly folder: string;
}

interface Running {
  readonly sandbox: SharedSandbox;
  /** False for a developer's own, which outlives the tests. */
  readonly ours: boolean;
}

let running: Promise<Running> | undefined;
let interruptions = 0;
const endings: (() => Promise<void>)[] = [];

/** Started by the first test that asks: a run of other tests does not pay for it. */
export async function sharedSandbox(): Promise<SharedSandbox> {
  running ??= start();
  return (await running).sandbox;
}

/** Done at the end of the run whatever happens, before the sandbox goes. */
export function atTheEnd(ending: () => Promise<void>): void {
  endings.push(ending);
}

async function start(): Promise<Running> {
  const tools = await resolveTools(upTools);
  const found = await findRunning();
  const folder = await mkdtemp(join(process.env[FOLDER_VARIABLE] ?? tmpdir(), "lockstep-e2e-"));
  const location = found ?? sandboxLocation(join(folder, "sandbox"), await freePortBase());
  const ours = found === undefined;
  try {
    // A developer's own too: it may be of a day when the project had other samples and rules.
    await upSandbox(location, { tools, furtherSteps });
  } catch (error) {
    if (ours) await resetSandbox(location);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return { sandbox: { location, tools, env: sandboxEnvironment(location, tools), folder }, ours };
}

/** LOCKSTEP_E2E_SANDBOX, else the project's own where it is up: tests then start in seconds. */
async function findRunning(): Promise<SandboxLocation | undefined> {
  const named = process.env[SANDBOX_VARIABLE];
  // What tests in other processes leave behind goes with the sandbox.
  if (named === undefined && (parallel || process.env["CI"] !== undefined)) return undefined;
  const folder = named ?? join(repository, ".sandbox");
  const location = await findSandbox(folder);
  const up = location !== undefined && (await sandboxStatus(location)).state === "up";
  if (named !== undefined && !up) throw new Error(`${SANDBOX_VARIABLE}: no sandbox is up in ${folder}`);
  return up ? location : undefined;
}

async function end({ sandbox, ours }: Running): Promise<void> {
  for (const ending of endings.splice(0).toReversed()) await ending();
  if (ours) await resetSandbox(sandbox.location);
  await resetOthers(sandbox.folder);
  await rm(sandbox.folder, { recursive: true, force: true });
}

/** Those that tests in other processes started for themselves, and were interrupted with. */
async function resetOthers(folder: string): Promise<void> {
  for await (const name of glob("*/*/project/.sandbox", { cwd: folder })) {
    const location = await findSandbox(join(folder, name));
    if (location !== undefined) await resetSandbox(location);
  }
}

async function endIfRunning(): Promise<void> {
  const started = await running?.catch(() => undefined);
  running = undefined;
  if (started !== undefined) await end(started);
}

/** Without a time limit, unlike hooks: the first build of the tools takes minutes. */
export async function mochaGlobalSetup(): Promise<void> {
  await showToolProgress(process.stderr, (onEvent) => resolveTools([...upTools, "cosign", "crane"], { onEvent }));
  // Not `once`: the clean-up of locks and child processes ends this process where it finds no other listener left.
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  if (!parallel) return;
  const { folder, location } = await sharedSandbox();
  process.env[FOLDER_VARIABLE] = folder;
  process.env[SANDBOX_VARIABLE] = location.folder;
}

/** The first one cleans up, another one does not wait any longer. Mocha sends one itself after it has ended its workers. */
function interrupt(signal: NodeJS.Signals): void {
  const exitCode = signal === "SIGINT" ? 130 : 143;
  interruptions += 1;
  if (interruptions > (parallel ? 2 : 1)) process.exit(exitCode);
  if (interruptions > 1) return;
  void endIfRunning().finally(() => process.exit(exitCode));
}

export async function mochaGlobalTeardown(): Promise<void> {
  await endIfRunning();
}

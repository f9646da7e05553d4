import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { codeRoot } from "../src/adapters/project.ts";
import { ProcessError, run, type ProcessResult } from "../src/adapters/processes.ts";
import type { Person } from "../sandbox/people.ts";
import { writePromotionFleet, type PromotionFleet } from "./promotion-fleet.ts";
import { writeStandIns } from "./promotion-stand-ins.ts";
import { median } from "./statistics.ts";

/** What one verb takes by itself: the engine's, the cluster's and git's processes are not in it, but in the wall time. */
export interface VerbUse {
  readonly name: string;
  readonly medianCpuMs: number;
  readonly medianMs: number;
  readonly runsCpuMs: readonly number[];
  readonly peakBytes: number;
}

export interface PromotionSize {
  readonly applications: number;
  readonly stages: number;
  readonly statements: number;
  readonly verbs: readonly VerbUse[];
}

export interface PromotionSetting {
  readonly folder: string;
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const PROBE = path.join(import.meta.dirname, "own-use-probe.js");
const VERBS = {
  "promote --dry-run of everything": (key: string) => [
    "promote",
    "inttest",
    "extest",
    "--dry-run",
    "--json",
    "--key",
    key,
  ],
  status: () => ["status", "--json"],
} as const;

const useSchema = z.object({ cpuMs: z.number(), peakBytes: z.number() });

export async function measurePromotion(setting: PromotionSetting): Promise<readonly PromotionSize[]> {
  const sizes: PromotionSize[] = [];
  for (const applications of setting.sizes) sizes.push(await measureSize(applications, setting));
  return sizes;
}

async function measureSize(applications: number, setting: PromotionSetting): Promise<PromotionSize> {
  const { say, signal } = setting;
  const folder = path.join(setting.folder, String(applications));
  await mkdir(folder, { recursive: true });
  const owner = await makeOwner(folder, signal);
  say(`promotion: writing ${applications} applications`);
  const fleet = await writePromotionFleet({ folder, applications, owner });
  await commit(fleet.project, signal);
  const standIns = await writeStandIns(folder, fleet);
  const verbs: VerbUse[] = [];
  for (const [name, args] of Object.entries(VERBS))
    verbs.push(await measureVerb(name, args(owner.keyFile), { ...setting, folder, fleet, standIns }));
  return { applications, stages: fleet.deployed.size, statements: fleet.statements, verbs };
}

interface Place extends PromotionSetting {
  readonly fleet: PromotionFleet;
  readonly standIns: string;
}

/** The first run, unmeasured, warms caches. */
async function measureVerb(name: string, args: readonly string[], place: Place): Promise<VerbUse> {
  const { runs, say } = place;
  const uses: { cpuMs: number; peakBytes: number; ms: number }[] = [];
  for (let index = -1; index < runs; index += 1) {
    const use = await runVerb(name, args, place);
    if (index < 0) continue;
    say(`promotion: ${place.fleet.applications} applications: ${name}: ${use.cpuMs.toFixed(0)} ms of its own`);
    uses.push(use);
  }
  return {
    name,
    medianCpuMs: median(uses.map(({ cpuMs }) => cpuMs)),
    medianMs: median(uses.map(({ ms }) => ms)),
    runsCpuMs: uses.map(({ cpuMs }) => cpuMs),
    peakBytes: Math.max(...uses.map(({ peakBytes }) => peakBytes)),
  };
}

async function runVerb(name: string, args: readonly string[], { folder, fleet, standIns, signal }: Place) {
  const file = path.join(folder, "use.json");
  const env = {
    ...fleet.env,
    PATH: `${standIns}${path.delimiter}${process.env["PATH"] ?? ""}`,
    NODE_OPTIONS: `--import=${PROBE}`,
    LOCKSTEP_BENCH_USE: file,
  };
  const startedAt = performance.now();
  const main = path.join(codeRoot, "src", "cli", "main.ts");
  const { stderr, exitCode } = await resultOf(
    run(process.execPath, [main, ...args], { env, cwd: fleet.project, signal, timeoutMs: 120_000 }),
  );
  const ms = performance.now() - startedAt;
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}:\n${stderr.slice(0, 4000)}`);
  return { ...useSchema.parse(JSON.parse(await readFile(file, "utf8"))), ms };
}

async function resultOf(running: Promise<ProcessResult>): Promise<ProcessResult> {
  try {
    return await running;
  } catch (error) {
    if (!(error instanceof ProcessError) || error.exitCode === undefined) throw error;
    return { exitCode: error.exitCode, stdout: error.stdout, stderr: error.stderr };
  }
}

async function makeOwner(folder: string, signal: AbortSignal): Promise<Person> {
  const keyFile = path.join(folder, "owner");
  const principal = "owner@bench.example";
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", principal, "-f", keyFile], { signal });
  const key = (await readFile(`${keyFile}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
  return { name: "owner", principal, keyFile, key };
}

/** A promotion asks that its files are as git has them. */
async function commit(project: string, signal: AbortSignal): Promise<void> {
  const git = (...args: readonly string[]) => run("git", args, { cwd: project, signal, timeoutMs: 120_000 });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  const who = ["-c", "user.name=bench", "-c", "user.email=owner@bench.example", "-c", "commit.gpgSign=false"];
  await git(...who, "commit", "--quiet", "--message", "The fleet");
}

import { join } from "node:path";
import { takeSnapshot } from "../../adapters/input-snapshot.ts";
import { ProcessError, run } from "../../adapters/processes.ts";
import { codeRoot, projectRoot } from "../../adapters/project.ts";
import { readProjectName } from "../../adapters/project-name.ts";
import { loadStage } from "../../adapters/stage-loader.ts";
import type { Json } from "../../model/json.ts";
import { orThrow, RefusalError } from "../../model/refusal.ts";
import { deployStage, type DeployOptions } from "../deploy/deploy-stage.ts";
import { exitCodeOf } from "../deploy/exit-code.ts";
import { settleUnfinished } from "../unfinished-change.ts";
import { alone } from "./alone.ts";
import { catchUp, type CatchUp } from "./catch-up.ts";
import { inputsOf, rememberInputs } from "./known-inputs.ts";
import { standingNow } from "./up-to-date.ts";

export interface ReconcileOptions extends Omit<DeployOptions, "yes" | "base"> {
  readonly once?: boolean;
  /** Asks the engine even where surely nothing has changed. */
  readonly preview?: boolean;
}

export interface ReconcileCall {
  readonly stage: string;
  readonly options: ReconcileOptions;
  readonly signal: AbortSignal;
}

/** A roll-out has its own deadlines: this one is for nothing but a run that hangs. */
const RUN_MS = 6 * 60 * 60 * 1000;

/** One step of bringing a stage to what git says. @returns the exit code @throws RefusalError */
export async function reconcile(call: ReconcileCall): Promise<number> {
  const { stage, options } = call;
  if (options.once !== true) throw new RefusalError([refuseWithoutOnce(stage)], 2);
  const exitCode = await alone(projectRoot, stage, () => step(call));
  return exitCode ?? goOnAsWritten(call);
}

/** @returns the exit code; undefined where other files are checked out now, and everything is to be read anew */
async function step(call: ReconcileCall): Promise<number | undefined> {
  const { stage, options, signal } = call;
  const dryRun = options.dryRun === true;
  if (options.fetch === false) return bring(call);
  await settleUnfinished(stage, dryRun);
  const caught = await catchUp({ folder: projectRoot, stage, dryRun, signal });
  if (caught.before === caught.after) return bring(call);
  if (dryRun) return sayWhatWouldCome(call, caught);
  say(call, `${caught.before.slice(0, 12)} -> ${caught.after.slice(0, 12)} (${caught.upstream})`);
  return undefined;
}

/** Deploys what is checked out, if it is not there already. */
async function bring({ stage, options, signal }: ReconcileCall): Promise<number> {
  const snapshot = takeSnapshot(stage);
  const project = orThrow(await readProjectName(), 2);
  const loaded = orThrow(await loadStage({ project, stage }), 2);
  const inputs = inputsOf(loaded, snapshot);
  const { upToDate, update } = await standingNow(loaded, inputs, signal);
  if (upToDate && options.preview !== true) {
    const document = { stage, ended: "nothing" };
    process.stdout.write(
      options.json === true ? render(document) : `Nothing to deploy: ${stage} is as HEAD says, and so is its cluster\n`,
    );
    return 0;
  }
  // Its remote was asked a moment ago.
  const wanted = { ...options, fetch: false, yes: true };
  const { ended } = await deployStage({ stage, purpose: "reconcile", options: wanted, signal });
  if (ended === "nothing" && options.dryRun !== true && update !== undefined && inputs !== undefined)
    await rememberInputs({ inputs, update, atMs: Date.now() }, { snapshot, loaded }, signal);
  return exitCodeOf(ended) ?? 0;
}

function sayWhatWouldCome({ stage, options }: ReconcileCall, { before, after, upstream }: CatchUp): number {
  const document = { stage, ended: "planned", commit: { before, after } };
  const text = `${upstream} has ${after.slice(0, 12)}, here is ${before.slice(0, 12)}: it would be checked out, and deployed\n`;
  process.stdout.write(options.json === true ? render(document) : text);
  return 0;
}

/** What was fetched may have brought other code: it is judged and deployed by that, not by what this process has read. */
async function goOnAsWritten({ stage, options, signal }: ReconcileCall): Promise<number> {
  const words = [join(codeRoot, "bin", "lockstep.js"), ...wordsFor(stage, options)];
  const json = options.json === true;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const { stdout, stderr } = await run(process.execPath, words, {
      ...{ signal, timeoutMs: RUN_MS, graceMs: RUN_MS },
      ...(json ? {} : { onLine: print }),
    });
    if (json) pass({ stdout, stderr });
    return 0;
  } catch (error) {
    if (!(error instanceof ProcessError) || error.exitCode === undefined) throw error;
    if (json) pass(error);
    return error.exitCode;
  }
}

function pass({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
}

/** The same question again, about what is checked out now. */
function wordsFor(stage: string, options: ReconcileOptions): readonly string[] {
  const { reason, key, branch, push, rollback } = options;
  const flags = {
    ...{ full: "--full", preview: "--preview", acceptDowntime: "--accept-downtime" },
    ...{ json: "--json", commit: "--commit" },
  } as const;
  return [
    ...["reconcile", stage, "--once", "--no-fetch"],
    ...Object.entries(flags).flatMap(([name, flag]) => (options[name as keyof typeof flags] === true ? [flag] : [])),
    ...(reason === undefined ? [] : ["--reason", reason]),
    ...(key === undefined ? [] : ["--key", key]),
    ...(branch === undefined ? [] : ["--branch", branch]),
    ...(push === undefined ? [] : [push ? "--push" : "--no-push"]),
    ...(rollback === false ? ["--no-rollback"] : []),
  ];
}

function say({ options }: ReconcileCall, text: string): void {
  if (options.json !== true) process.stdout.write(`${text}\n`);
}

function render(document: Json): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function refuseWithoutOnce(stage: string) {
  return {
    code: "without-once",
    place: { path: "--once" },
    found: "no --once",
    expected: "one step: a schedule repeats it, nothing of it stays in memory",
    action: `npm run reconcile -- ${stage} --once, from cron or a CI's schedule (docs/ci)`,
  };
}

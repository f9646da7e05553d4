import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { registeredPack } from "../../../policy/registered-pack.ts";
import { replaceFile } from "../../adapters/disk.ts";
import { ProcessError, run } from "../../adapters/processes.ts";
import { codeRoot } from "../../adapters/project.ts";
import { check } from "./check.ts";
import { exitCodeOf, type CheckResult } from "./check-result.ts";
import { toJunit } from "./junit.ts";
import { renderHead, renderReport } from "./report-text.ts";
import { toSarif } from "./sarif.ts";

export interface CheckOptions {
  readonly base?: string;
  readonly project?: string;
  readonly events?: string;
  readonly policyPack?: string;
  readonly json?: boolean;
  readonly sarif?: string;
  readonly junit?: string;
}

const NO_LIMIT_MS = 60 * 60_000;

/** Checks, and reports in every form that was asked for. @returns the exit code */
export async function runCheck(
  stages: readonly string[],
  options: Omit<CheckOptions, "project">,
  signal: AbortSignal,
): Promise<number> {
  const { base, events, policyPack, json = false } = options;
  const results = await check({
    stages,
    base,
    events: events === undefined ? undefined : resolve(events),
    policyPack: policyPack === undefined ? undefined : resolve(policyPack),
    signal,
    onResult: (result) => {
      if (!json && process.stderr.isTTY) process.stderr.write(`${renderHead(result)}\n`);
    },
  });
  await writeReports(results, options);
  process.stdout.write(json ? `${JSON.stringify({ results }, undefined, 2)}\n` : `${renderReport(results)}\n`);
  return exitCodeOf(results);
}

async function writeReports(results: readonly CheckResult[], { sarif, junit }: CheckOptions): Promise<void> {
  if (sarif !== undefined) {
    const manifest = JSON.parse(await readFile(join(codeRoot, "package.json"), "utf8")) as { version: string };
    const { pack } = registeredPack(Date.now());
    const log = toSarif(results, [...pack.resourceRules, ...pack.stackRules], manifest.version);
    await replaceFile(resolve(sarif), `${JSON.stringify(log, undefined, 2)}\n`);
  }
  if (junit !== undefined) await replaceFile(resolve(junit), toJunit(results));
}

/**
 * The same for another project's files. In a process of its own: which project is judged is settled when the code is
 * loaded.
 */
export async function runElsewhere(project: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  const options = { env: { LOCKSTEP_PROJECT: project }, signal, timeoutMs: NO_LIMIT_MS };
  const main = join(codeRoot, "src", "cli", "main.ts");
  try {
    const { stdout, stderr } = await run(process.execPath, [main, ...withoutProject(args)], options);
    return passOn(stdout, stderr, 0);
  } catch (error) {
    if (!(error instanceof ProcessError) || error.exitCode === undefined || error.code !== "failed") throw error;
    return passOn(error.stdout, error.stderr, error.exitCode);
  }
}

function passOn(stdout: string, stderr: string, exitCode: number): number {
  process.stderr.write(stderr);
  process.stdout.write(stdout);
  return exitCode;
}

/** What was typed, without `--project <folder>` and `--project=<folder>`. */
export function withoutProject(args: readonly string[]): readonly string[] {
  return args.filter(
    (arg, index) => arg !== "--project" && !arg.startsWith("--project=") && args[index - 1] !== "--project",
  );
}

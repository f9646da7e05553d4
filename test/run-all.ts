// Every test, unit and end-to-end; ends with the line "<n> passed, <n> failed". What is typed after it goes to mocha.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ProcessError, run } from "../src/adapters/processes.ts";
import { toolNames } from "../tools/catalogue.ts";
import { resolveTools } from "../tools/resolve.ts";
import { showToolProgress } from "../tools/terminal.ts";
import type { Counts } from "./counting-reporter.ts";

const repository = resolve(import.meta.dirname, "..");
/** More than CI gives to all of it: it ends what hangs, and nothing that is slow. */
const SUITE_MS = 120 * 60_000;
/** Half of the time is waiting, for git, ssh-keygen, the engine and pods. */
const PARALLEL = ["--parallel", "--jobs", "2"];
const BROKEN: Counts = { passed: 0, failed: 1 };

interface SuiteRun extends Counts {
  readonly exitCode: number;
}

/** One run of mocha. A run that breaks off counts as one more failure: its counts are not written, or not all. */
async function runSuite(name: "unit" | "e2e", options: readonly string[], folder: string): Promise<SuiteRun> {
  process.stdout.write(`\n${name} tests\n`);
  const file = join(folder, `${name}.json`);
  const lateErrors = join(folder, `${name}.errors`);
  const mocha = join(repository, "node_modules", "mocha", "bin", "mocha.js");
  const fixed = ["--config", `test/mocharc.${name}.json`, "--reporter", "test/counting-reporter.ts", ...PARALLEL];
  const exitCode = await run(process.execPath, [mocha, ...fixed, ...options], {
    cwd: repository,
    env: {
      LOCKSTEP_TEST_COUNTS: file,
      LOCKSTEP_TEST_LATE_ERRORS: lateErrors,
      ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}),
    },
    timeoutMs: SUITE_MS,
    onLine: (line) => process.stdout.write(`${line}\n`),
  }).then(
    () => 0,
    (error: unknown) => failureOf(error),
  );
  const counts = await readCounts(file);
  const late = await readFile(lateErrors, "utf8").catch(() => "");
  if (late !== "") process.stdout.write(`\nErrors that no test waited for:\n${late}`);
  // Mocha's exit code is its number of failures; anything beyond them is a crash.
  const isBroken = exitCode !== 0 || late !== "";
  return { ...(isBroken && counts.failed === 0 ? { ...counts, failed: 1 } : counts), exitCode };
}

function failureOf(error: unknown): number {
  if (!(error instanceof ProcessError)) throw error;
  if (error.exitCode === undefined) process.stdout.write(`${error.message}\n`);
  return error.exitCode ?? 1;
}

async function readCounts(file: string): Promise<Counts> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Counts;
  } catch {
    process.stdout.write("The run broke off before its end.\n");
    return BROKEN;
  }
}

/** Before the tests that need them: the first time it takes minutes, and says how far it is. */
async function makeTools(): Promise<boolean> {
  try {
    await showToolProgress(process.stderr, (onEvent) => resolveTools(toolNames, { onEvent }));
    return true;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

async function main(options: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-test-"));
  // A Ctrl-C reaches the suites as well: they clean up, and the counts come after that.
  process.on("SIGINT", () => undefined);
  try {
    const unit = await runSuite("unit", options, folder);
    const e2e = (await makeTools()) ? await runSuite("e2e", options, folder) : { ...BROKEN, exitCode: 1 };
    const failed = unit.failed + e2e.failed;
    process.stdout.write(`\n${unit.passed + e2e.passed} passed, ${failed} failed\n`);
    return failed > 0 ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));

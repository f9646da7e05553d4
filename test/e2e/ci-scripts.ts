import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ProcessError, run, type ProcessResult } from "../../src/adapters/processes.ts";
import { repository } from "./shared-sandbox.ts";

/** Needs a network: the tests link the dependencies that are here. */
const INSTALLATION = /^\s*npm ci /;
/** A version that fails, and the one that comes back, on a machine that has other things to do. */
const LIMIT_MS = 300_000;

export const githubSchema = z.object({
  permissions: z.object({}).strict(),
  jobs: z.record(
    z.string(),
    z.looseObject({
      permissions: z.record(z.string(), z.string()),
      steps: z.array(z.looseObject({ run: z.string().optional() })),
    }),
  ),
});
const gitlabSchema = z.record(z.string(), z.unknown());
const gitlabJobSchema = z.looseObject({ script: z.array(z.string()) });

/** A file of docs/ci. */
export async function example(name: string): Promise<string> {
  return readFile(join(repository, "docs", "ci", name), "utf8");
}

/** The shell lines of a job, in their order. */
export async function githubLines(job: string): Promise<readonly string[]> {
  const { steps } = githubSchema.parse(parse(await example("github-actions.yml"))).jobs[job] ?? { steps: [] };
  return steps.flatMap((step) => step.run?.split("\n") ?? []);
}

export async function gitlabLines(job: string): Promise<readonly string[]> {
  return gitlabJobSchema.parse(gitlabSchema.parse(parse(await example("gitlab-ci.yml")))[job]).script;
}

/** @param stage as the pipeline names it */
export async function jenkinsLines(file: string, stage: string): Promise<readonly string[]> {
  const text = await example(file);
  const [, script = ""] = /sh '''#!\/bin\/sh\n([\s\S]*?)'''/.exec(text.slice(text.indexOf(`stage('${stage}')`))) ?? [];
  return script.split("\n");
}

export interface CiRun {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** In place of the line that installs the dependencies. */
  readonly installation: string;
  /** @default bash */
  readonly shell?: "bash" | "sh";
}

/** Runs the lines as the CI's shell does; the result whatever its exit code. */
export async function runScript(lines: readonly string[], ci: CiRun): Promise<ProcessResult> {
  const { cwd, env, installation, shell = "bash" } = ci;
  const script = lines.map((line) => (INSTALLATION.test(line) ? installation : line));
  try {
    return await run(shell, ["-e", "-c", script.join("\n")], { cwd, env, timeoutMs: LIMIT_MS });
  } catch (error) {
    if (!(error instanceof ProcessError) || error.exitCode === undefined) throw error;
    return { exitCode: error.exitCode, stdout: error.stdout, stderr: error.stderr };
  }
}

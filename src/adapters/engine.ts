import type { z } from "zod";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { stackFileName } from "../model/stack-file.ts";
import { shellWord } from "../model/shell-word.ts";
import { failureOf, readAnswer, type ProgramFailure } from "./json-answer.ts";
import { projectRoot } from "./project.ts";

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 128 * 1024 * 1024;

const NO_STACK = /no stack named|stack .*not found/i;
const NO_LOGIN = /PULUMI_ACCESS_TOKEN|pulumi login|not logged in|unauthori[sz]ed|forbidden|access ?denied|\b40[13]\b/i;

/**
 * Asks the engine about a stage's stack, from outside the program. The stack is named, in the project's folder: what
 * somebody selected with `pulumi stack select`, or stands in, does not matter.
 * @param question such as `stack output`
 */
export async function askEngine<Schema extends z.ZodType>(
  stage: string,
  question: readonly string[],
  schema: Schema,
  signal?: AbortSignal,
): Promise<Outcome<z.output<Schema>>> {
  return ask(stage, [...question, "--json"], schema, signal);
}

/** The stack's state, with its secrets as ciphertext. */
export async function exportStack<Schema extends z.ZodType>(
  stage: string,
  schema: Schema,
  signal?: AbortSignal,
): Promise<Outcome<z.output<Schema>>> {
  return ask(stage, ["stack", "export"], schema, signal);
}

async function ask<Schema extends z.ZodType>(
  stage: string,
  question: readonly string[],
  schema: Schema,
  signal: AbortSignal | undefined,
): Promise<Outcome<z.output<Schema>>> {
  const args = [...question, "--stack", stage, "--non-interactive", "--color", "never"];
  const limits = { cwd: projectRoot, timeoutMs: TIMEOUT_MS, maxOutput: MAX_OUTPUT };
  try {
    return accepted(await readAnswer("pulumi", args, schema, signal === undefined ? limits : { ...limits, signal }));
  } catch (error) {
    return refused([unanswered(failureOf(error), stage)]);
  }
}

function unanswered({ missing, said }: ProgramFailure, stage: string): Refusal {
  const place = { file: stackFileName(stage) };
  const expected = `what the engine knows of the stack ${stage}`;
  const refuse = (code: string, found: string, action: string): Refusal => ({ code, place, found, expected, action });
  if (missing)
    return refuse(
      "missing-pulumi",
      "no pulumi on the PATH",
      "install pulumi, or take the sandbox's: source .sandbox/env",
    );
  if (NO_STACK.test(said))
    return refuse(
      "no-stack",
      said,
      `deploy it first: pulumi up --stack ${shellWord(stage)}; if it was: look at PULUMI_BACKEND_URL, and pulumi stack ls`,
    );
  if (NO_LOGIN.test(said))
    return refuse("engine-denied", said, "log in to where the stacks are kept: pulumi login, or PULUMI_BACKEND_URL");
  return refuse(
    "engine-unreachable",
    said,
    `pulumi stack --stack ${shellWord(stage)}, and look at PULUMI_BACKEND_URL and pulumi whoami --verbose`,
  );
}

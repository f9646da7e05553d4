import type { z } from "zod";
import { accepted, refused, type Outcome, type Place, type Refusal } from "../model/refusal.ts";
import { shellCommand } from "../model/shell-word.ts";
import { failureOf, readAnswer, type ProgramFailure } from "./json-answer.ts";
import { run, type RunOptions } from "./processes.ts";

/** How a cluster is asked. */
export interface ClusterAccess {
  /** Of the kubeconfig. */
  readonly context: string;
  /** Where the context is named. */
  readonly place: Place;
  readonly signal?: AbortSignal;
  /** Of each request that kubectl makes. @default 10 */
  readonly deadlineSeconds?: number;
}

const DEADLINE_SECONDS = 10;
/** For kubectl itself, and a credential plug-in that it starts. */
const GRACE_SECONDS = 5;
const MAX_OUTPUT = 128 * 1024 * 1024;
const DENIED = /\b(?:Unauthorized|Forbidden|must be logged in|credentials)\b/i;

/** Asks with kubectl, which knows every way to log in that a kubeconfig can name. */
export async function askKubectl<Schema extends z.ZodType>(
  question: readonly string[],
  schema: Schema,
  access: ClusterAccess,
): Promise<Outcome<z.output<Schema>>> {
  const args = [...connection(access), ...question, "--output", "json"];
  return answered(() => readAnswer("kubectl", args, schema, limitsOf(access)), access);
}

/**
 * Has kubectl do something whose answer is text: create, apply or delete, or read a log.
 * @param input for kubectl's standard input, such as what `--filename -` reads
 * @returns what it wrote to standard output
 */
export async function tellKubectl(
  words: readonly string[],
  access: ClusterAccess,
  input?: string,
): Promise<Outcome<string>> {
  const options = { ...limitsOf(access), ...(input === undefined ? {} : { input }) };
  return answered(async () => (await run("kubectl", [...connection(access), ...words], options)).stdout, access);
}

function connection({ context, deadlineSeconds = DEADLINE_SECONDS }: ClusterAccess): readonly string[] {
  return ["--context", context, "--request-timeout", `${deadlineSeconds}s`];
}

function limitsOf({ signal, deadlineSeconds = DEADLINE_SECONDS }: ClusterAccess): RunOptions {
  const timeoutMs = (deadlineSeconds + GRACE_SECONDS) * 1000;
  return { timeoutMs, maxOutput: MAX_OUTPUT, ...(signal === undefined ? {} : { signal }) };
}

async function answered<T>(ask: () => Promise<T>, access: ClusterAccess): Promise<Outcome<T>> {
  try {
    return accepted(await ask());
  } catch (error) {
    return refused([unanswered(failureOf(error), access)]);
  }
}

function unanswered({ missing, said }: ProgramFailure, { context, place }: ClusterAccess): Refusal {
  const expected = `an answer of the cluster behind the kubeconfig context ${context}`;
  const namespaces = shellCommand(["kubectl", "--context", context, "get", "namespaces"]);
  if (missing) {
    const action = "install kubectl, or take the sandbox's: source .sandbox/env";
    return { code: "missing-kubectl", place, found: "no kubectl on the PATH", expected, action };
  }
  if (DENIED.test(said)) {
    const action = `log in to the cluster, or ask for the right to read there; try ${namespaces}`;
    return { code: "cluster-denied", place, found: said, expected, action };
  }
  const action = `${namespaces}, and KUBECONFIG; in the sandbox: npm run sandbox -- up`;
  return { code: "cluster-unreachable", place, found: said, expected, action };
}

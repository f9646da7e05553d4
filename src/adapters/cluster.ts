import { z } from "zod";
import { accepted, refused, type Outcome, type Place } from "../model/refusal.ts";
import { ProcessError, run } from "./processes.ts";

/** What must be known of a cluster before anything is asked of it. */
export interface ClusterFacts {
  /** Of its namespace kube-system, which lives as long as the cluster. */
  readonly uid: string;
  /** Those of the namespaces asked for that are there, with their labels. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

const DEADLINE_SECONDS = 10;
const SYSTEM_NAMESPACE = "kube-system";

const answerSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});
/** kubectl answers one name with an object, several with a list. */
const answersSchema = z.union([
  z.object({ items: z.array(answerSchema) }),
  answerSchema.transform((item) => ({ items: [item] })),
]);

/**
 * Reads who the cluster behind a kubeconfig context is, and which of the namespaces are there.
 * With kubectl, which knows every way to log in that a kubeconfig can name.
 */
export async function readCluster(
  context: string,
  namespaces: readonly string[],
  place: Place,
): Promise<Outcome<ClusterFacts>> {
  const names = [...new Set([SYSTEM_NAMESPACE, ...namespaces])];
  const args = ["--context", context, "--request-timeout", `${DEADLINE_SECONDS}s`];
  const question = ["get", "namespace", ...names, "--ignore-not-found", "--output", "json"];
  try {
    const { stdout } = await run("kubectl", [...args, ...question], { timeoutMs: (DEADLINE_SECONDS + 5) * 1000 });
    return accepted(toFacts(stdout));
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    return refused([unanswered(error, context, place)]);
  }
}

/** @throws ProcessError where it is not the answer of a cluster */
function toFacts(answer: string): ClusterFacts {
  const { items } = parseAnswer(answer);
  const known = new Map(items.map(({ metadata }) => [metadata.name, metadata]));
  const uid = known.get(SYSTEM_NAMESPACE)?.uid;
  if (uid === undefined || uid === "")
    throw new ProcessError("failed", "kubectl: an answer without kube-system's uid", {});
  known.delete(SYSTEM_NAMESPACE);
  return { uid, namespaces: new Map([...known].map(([name, { labels }]) => [name, labels])) };
}

function parseAnswer(answer: string): z.output<typeof answersSchema> {
  try {
    return answersSchema.parse(JSON.parse(answer));
  } catch (error) {
    throw new ProcessError("failed", "kubectl: an answer that cannot be read", {}, { cause: error });
  }
}

function unanswered(error: ProcessError, context: string, place: Place) {
  const missing = error.code === "not-found";
  return {
    code: missing ? "missing-kubectl" : "cluster-unreachable",
    place,
    found: missing ? "no kubectl on the PATH" : lastLine(error.stderr) || error.message,
    expected: `an answer of the cluster behind the kubeconfig context ${context}`,
    action: missing
      ? "install kubectl, or take the sandbox's: source .sandbox/env"
      : `kubectl --context ${context} get namespaces, and KUBECONFIG; in the sandbox: npm run sandbox -- up`,
  };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

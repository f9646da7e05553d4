import { accepted, refused, type Outcome, type Place } from "../model/refusal.ts";
import { ProcessError, run } from "./processes.ts";

const DEADLINE_SECONDS = 10;

/**
 * The uid of the cluster behind a kubeconfig context: that of its namespace kube-system, which lives as long as the
 * cluster. Read with kubectl, which knows every way to log in that a kubeconfig can name.
 */
export async function readClusterUid(context: string, place: Place): Promise<Outcome<string>> {
  const args = ["--context", context, "--request-timeout", `${DEADLINE_SECONDS}s`];
  const question = ["get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}"];
  try {
    const { stdout } = await run("kubectl", [...args, ...question], { timeoutMs: (DEADLINE_SECONDS + 5) * 1000 });
    const uid = stdout.trim();
    if (uid === "") throw new ProcessError("failed", "kubectl: an answer without a uid", {});
    return accepted(uid);
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    const missing = error.code === "not-found";
    return refused([
      {
        code: missing ? "missing-kubectl" : "cluster-unreachable",
        place,
        found: missing ? "no kubectl on the PATH" : lastLine(error.stderr) || error.message,
        expected: `an answer of the cluster behind the kubeconfig context ${context}`,
        action: missing
          ? "install kubectl, or take the sandbox's: source .sandbox/env"
          : `kubectl --context ${context} get namespaces, and KUBECONFIG; in the sandbox: npm run sandbox -- up`,
      },
    ]);
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

import { z } from "zod";
import type { Outcome, Place } from "../model/refusal.ts";
import { askKubectl } from "./kubectl.ts";

/** What must be known of a cluster before anything is asked of it. */
export interface ClusterFacts {
  /** Of its namespace kube-system, which lives as long as the cluster. */
  readonly uid: string;
  /** Those of the namespaces asked for that are there, with their labels. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

const SYSTEM_NAMESPACE = "kube-system";

const answerSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});
/** kubectl answers one name with an object, several with a list; an answer without kube-system's uid is none. */
const answersSchema = z
  .union([z.object({ items: z.array(answerSchema) }), answerSchema.transform((item) => ({ items: [item] }))])
  .transform(({ items }, context): ClusterFacts => {
    const known = new Map(items.map(({ metadata }) => [metadata.name, metadata]));
    const uid = known.get(SYSTEM_NAMESPACE)?.uid ?? "";
    if (uid === "") context.addIssue({ code: "custom", message: "the uid of kube-system" });
    known.delete(SYSTEM_NAMESPACE);
    return { uid, namespaces: new Map([...known].map(([name, { labels }]) => [name, labels])) };
  });

/** Reads who the cluster behind a kubeconfig context is, and which of the namespaces are there. */
export async function readCluster(
  context: string,
  namespaces: readonly string[],
  place: Place,
  signal?: AbortSignal,
): Promise<Outcome<ClusterFacts>> {
  const names = [...new Set([SYSTEM_NAMESPACE, ...namespaces])];
  const question = ["get", "namespace", ...names, "--ignore-not-found"];
  return askKubectl(question, answersSchema, { context, place, ...(signal === undefined ? {} : { signal }) });
}

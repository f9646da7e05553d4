import type { RolloutProblemCode } from "../../model/rollout.ts";

interface CreationProblem {
  readonly code: RolloutProblemCode;
  readonly text: string;
}

/** `exceeded quota: …`, and `failed quota: …: must specify limits.cpu` (plugin/pkg/admission/resourcequota of Kubernetes). */
const QUOTA = /\b(?:exceeded|failed) quota\b/;
/** What every admission plug-in, webhook and policy answers with begins or goes on like this. */
const REFUSED = /\bis forbidden\b|\bdenied\b|admission/i;

/** Why a pod could not even be created, from what the API server told the controller. */
export function creationProblem(message: string): CreationProblem {
  // The pods' names are drawn by lot: without them, the same reason reads the same each time.
  const reason = message.replace(/^Error creating: /, "").replace(/^pods "[^"]*" is forbidden: /, "");
  if (QUOTA.test(message))
    return { code: "quota", text: `no pod can be created, the namespace's quota is used up: ${reason}` };
  if (REFUSED.test(message)) return { code: "admission", text: `the cluster refuses its pods: ${reason}` };
  return { code: "other", text: `no pod can be created: ${reason}` };
}

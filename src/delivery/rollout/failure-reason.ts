import type { RolloutProblem, RolloutProblemCode } from "../../model/rollout.ts";

const WORDS: Readonly<Record<RolloutProblemCode, string>> = {
  "image-pull": "an image cannot be pulled",
  "crash-loop": "a container ends again and again",
  "failing-readiness": "a probe fails",
  unschedulable: "no node takes a pod",
  quota: "the namespace's quota is used up",
  admission: "the cluster refuses its pods",
  "migration-failed": "its migration failed",
  "smoke-failed": "a smoke check failed",
  deadline: "no progress within its deadline",
  other: "what the deploy that failed has shown",
};

/** Whoever reads on wants to know the first of them. */
const NAMED = 3;

/**
 * Why a version is held, in words of our own: it goes into files, commits and the cluster. What a container, a probe or
 * the cluster said may come from anyone, and is shown by the run that failed alone.
 */
export function failureReason(problems: readonly Pick<RolloutProblem, "code" | "object" | "alike">[]): string {
  const kinds = [...Map.groupBy(problems, ({ code }) => code)];
  if (kinds.length === 0) return "its roll-out failed";
  const texts = kinds.slice(0, NAMED).map(([code, alike]) => `${WORDS[code]} (${code}${podsText(alike)})`);
  const more = kinds.length > NAMED ? ["and more"] : [];
  return `its roll-out failed: ${[...texts, ...more].join("; ")}`;
}

function podsText(problems: readonly Pick<RolloutProblem, "object" | "alike">[]): string {
  const pods = problems.filter(({ object }) => object.startsWith("Pod/"));
  const count = pods.reduce((total, { alike = 0 }) => total + 1 + alike, 0);
  return count > 1 ? `, ${count} pods` : "";
}

import type { ApplicationRollout } from "../../model/rollout.ts";

/** What nobody knows a reason for is not ready all the same. */
export function withReason(rollout: ApplicationRollout): ApplicationRollout {
  if (rollout.problems.length > 0) return rollout;
  const short = rollout.workloads.filter(({ ready, wanted }) => ready < wanted);
  const lines = short.map(({ kind, name, ready, wanted }) => [
    `${kind}/${name}`,
    `${ready} of ${wanted} pods of this version are ready`,
  ]);
  const none = [[rollout.application, "nothing of this version runs"]];
  const problems = (lines.length === 0 ? none : lines).map(([object = "", text = ""]) => ({
    ...{ code: "other" as const, object, text, log: [] },
  }));
  return { ...rollout, problems };
}

import { readClusterHolds, type PlacedHold } from "../../adapters/cluster-holds.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { refuseHeldInCluster } from "../../delivery/held.ts";
import type { PromotionPlan } from "../../delivery/promotion/promotion-plan.ts";
import { NO_REASONS, reasonsOf, type Reasons } from "../../delivery/promotion/reasons.ts";
import { renderBriefly, type Outcome } from "../../model/refusal.ts";
import { namespacesOf } from "../../model/stage.ts";

/** What the target's cluster remembers of the versions that are to come. */
export interface TargetHolds {
  readonly reasons: Reasons;
  /** What people should know besides. */
  readonly remarks: readonly string[];
}

/** What a hold that nobody can read stands for is not known; a cluster that was not asked is asked by `deploy`. */
const NOT_ASKED: ReadonlySet<string> = new Set(["cluster-unreachable", "cluster-denied", "missing-kubectl"]);
/** Of each request: what the cluster would have said is asked again before anything runs there. */
const DEADLINE_SECONDS = 5;

/**
 * Asks the target's cluster which versions failed there. Whoever promotes need not be let into it, above all not into
 * prod's: where it does not answer, the plan says so, and `deploy` asks before it changes anything.
 */
export async function askTargetHolds(
  target: Pick<LoadedStage, "stage" | "stackFile" | "source" | "catalogue">,
  plan: Pick<PromotionPlan, "applications">,
  signal: AbortSignal,
): Promise<TargetHolds> {
  const { stage, stackFile, source, catalogue } = target;
  const context = stackFile.cluster?.context;
  if (context === undefined) return { reasons: NO_REASONS, remarks: [] };
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  const access = { context, place, signal, deadlineSeconds: DEADLINE_SECONDS };
  // Where `deploy` will look: also in namespaces that come with the promotion.
  const coming = plan.applications.flatMap(({ name }) => catalogue.get(name) ?? []);
  const namespaces = namespacesOf(coming, { project: stage.project, stage: stage.name, stackFile });
  const scope = { project: stage.project, stage: stage.name, namespaces };
  return judgeTargetHolds(stage.name, plan, await readClusterHolds({ ...scope, access }));
}

/** @param read as the cluster answered, or why it did not */
export function judgeTargetHolds(
  stage: string,
  { applications }: Pick<PromotionPlan, "applications">,
  read: Outcome<readonly PlacedHold[]>,
): TargetHolds {
  if (read.kind === "refused") {
    if (!read.refusals.every(({ code }) => NOT_ASKED.has(code)))
      return { reasons: { ...NO_REASONS, whole: read.refusals }, remarks: [] };
    const why = renderBriefly(read.refusals);
    return {
      reasons: NO_REASONS,
      remarks: [`the cluster of ${stage} was not asked for holds, deploy asks it: ${why}`],
    };
  }
  const against = applications.map(({ name, after: { image } }) => {
    const [own] = read.value.filter((hold) => hold.application === name && hold.image === image.digest);
    const where = { path: `ConfigMap ${own?.namespace ?? ""}/lockstep-holds in the cluster of ${stage}` };
    const question = { stage, application: name, image, placeOf: () => where };
    return [name, refuseHeldInCluster(question, read.value, "promote another version")] as const;
  });
  return { reasons: reasonsOf(against), remarks: [] };
}

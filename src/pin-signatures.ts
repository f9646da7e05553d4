import type { LoadedStage } from "./adapters/stage-loader.ts";
import { SignatureChecks } from "./adapters/signatures/signature-checks.ts";
import { nameOf } from "./model/reference.ts";
import type { Refusal } from "./model/refusal.ts";
import { isAdoptedIn } from "./model/trust/adopted.ts";

/**
 * Whether every image and chart that a stage pins is signed by who counts there, or adopted. The pack asks the same of
 * all that is rendered; it is the engine that starts the pack, and who runs the engine could leave it out.
 */
export async function checkPinSignatures({
  stage,
  trust,
  source,
}: Pick<LoadedStage, "stage" | "trust" | "source">): Promise<readonly Refusal[]> {
  const checks = new SignatureChecks(trust, stage.name);
  const asked = new Set<string>();
  const questions = stage.applications.flatMap(({ application: { name }, pin }) =>
    (["image", "chart"] as const).map(async (kind): Promise<readonly Refusal[]> => {
      const reference = pin[kind];
      const key = `${kind} ${nameOf(reference)}@${reference.digest}`;
      // What many applications pin is said once.
      if (asked.has(key) || isAdoptedIn(trust.adopted, stage.name, kind, reference)) return [];
      asked.add(key);
      const refusals = await checks.refuse(reference, kind);
      const place = source.placeOf(["config", "lockstep:pins", name, kind]);
      return refusals.map((refusal) => ({ ...refusal, place }));
    }),
  );
  return (await Promise.all(questions)).flat();
}

import type { LoadedStage } from "./adapters/stage-loader.ts";
import { SignatureChecks } from "./adapters/signatures/signature-checks.ts";
import type { Pin } from "./model/pin.ts";
import { nameOf, type PinnedReference } from "./model/reference.ts";
import type { Refusal } from "./model/refusal.ts";
import { isAdoptedIn } from "./model/trust/adopted.ts";
import type { Trust } from "./model/trust/trust.ts";
import type { YamlSource } from "./model/yaml-source.ts";

const KINDS = ["image", "chart"] as const;
type Kind = (typeof KINDS)[number];

/**
 * Whether every image and chart that a stage pins is signed by who counts there, or adopted. The pack asks the same of
 * all that is rendered; it is the engine that starts the pack, and who runs the engine could leave it out.
 */
export async function checkPinSignatures({
  stage,
  trust,
  source,
}: Pick<LoadedStage, "stage" | "trust" | "source">): Promise<readonly Refusal[]> {
  const asked = new Set<string>();
  // What many applications pin is said once.
  const isFirst = (kind: Kind, reference: PinnedReference): boolean => {
    const key = `${kind} ${nameOf(reference)}@${reference.digest}`;
    return !asked.has(key) && asked.add(key).size > 0;
  };
  const pins = stage.applications.map(({ application, pin }) => [application.name, pin] as const);
  const refusals = await askSignatures({ stage: stage.name, trust, pins: new Map(pins), source, isAsked: isFirst });
  return [...refusals.values()].flat();
}

export interface SignatureQuestion {
  /** Whose keys count. */
  readonly stage: string;
  readonly trust: Trust;
  /** By application. */
  readonly pins: ReadonlyMap<string, Pin>;
  /** Where the pins stand, or are to stand. */
  readonly source: Pick<YamlSource, "placeOf">;
}

/** What stands against the signatures of some pins in a stage, for each application by itself. */
export async function refusePinSignatures(
  question: SignatureQuestion,
): Promise<ReadonlyMap<string, readonly Refusal[]>> {
  return askSignatures({ ...question, isAsked: () => true });
}

async function askSignatures({
  stage,
  trust,
  pins,
  source,
  isAsked,
}: SignatureQuestion & {
  readonly isAsked: (kind: Kind, reference: PinnedReference) => boolean;
}): Promise<ReadonlyMap<string, readonly Refusal[]>> {
  const checks = new SignatureChecks(trust, stage);
  const answers = [...pins].map(async ([name, pin]) => {
    const ofKinds = KINDS.map(async (kind): Promise<readonly Refusal[]> => {
      const reference = pin[kind];
      if (isAdoptedIn(trust.adopted, stage, kind, reference) || !isAsked(kind, reference)) return [];
      const refusals = await checks.refuse(reference, kind);
      // A place costs reading the file anew.
      if (refusals.length === 0) return [];
      const place = source.placeOf(["config", "lockstep:pins", name, kind]);
      return refusals.map((refusal) => ({ ...refusal, place }));
    });
    return [name, (await Promise.all(ofKinds)).flat()] as const;
  });
  return new Map(await Promise.all(answers));
}

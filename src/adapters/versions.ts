import { hexOf } from "../model/digest.ts";
import { toImageFacts, type ImageFacts } from "../model/image-facts.ts";
import { keysFor, type ImageKey } from "../model/image-keys.ts";
import { nameOf, renderReference, type PinnedReference, type Reference } from "../model/reference.ts";
import { accepted, andThen, combine, refused, type Outcome, type Place, type Refusal } from "../model/refusal.ts";
import { storeFolder } from "./project.ts";
import { dockerCredentials } from "./registry/docker-credentials.ts";
import { readImageLabels } from "./registry/image-labels.ts";
import { registryClient, type DigestReference, type RegistryClient } from "./registry/registry-client.ts";
import { RegistryError, toRefusal } from "./registry/registry-error.ts";
import { refuseUnsigned } from "./signatures/verdict.ts";
import { verifySignature } from "./signatures/verify-signature.ts";
import { ContentStore } from "./store/content-store.ts";

/** What a registry and the keys of a stage say of one version. */
export interface ResolvedVersion {
  readonly reference: PinnedReference;
  /** Empty for a chart. */
  readonly facts: ImageFacts;
  /** The name of the key that signed it. */
  readonly signedBy: string;
}

export interface VersionQuestion {
  readonly stage: string;
  readonly kind: "image" | "chart";
  readonly reference: Reference & { readonly tag: string };
  readonly keys: readonly ImageKey[];
  /** What was typed, for refusals. */
  readonly place: Place;
  readonly signal: AbortSignal;
}

/** Resolves a tag, verifies its signature and reads its facts; everything that is wrong with it is reported together. */
export async function resolveVersion(question: VersionQuestion): Promise<Outcome<ResolvedVersion>> {
  const { reference, place, signal } = question;
  const registry = registryClient({ credentials: dockerCredentials() });
  try {
    const digest = await registry.resolve(reference, { signal });
    if (reference.digest !== undefined && reference.digest !== digest) return refused([otherDigest(question, digest)]);
    const pinned = { ...reference, digest };
    const [signature, facts] = await Promise.all([
      verify(question, pinned, registry),
      question.kind === "image" ? readFacts(pinned, registry, signal) : accepted<ImageFacts>({}),
    ]);
    return andThen(combine({ signedBy: signature, facts }), (found) => accepted({ reference: pinned, ...found }));
  } catch (error) {
    if (error instanceof RegistryError) return refused([toRefusal(error, place)]);
    throw error;
  }
}

async function verify(
  { stage, keys, place, signal }: VersionQuestion,
  reference: DigestReference,
  registry: RegistryClient,
): Promise<Outcome<string>> {
  const request = { reference, keys: keysFor(keys, stage, nameOf(reference)) };
  const verdict = await verifySignature(request, { registry, store: new ContentStore(storeFolder()) }, { signal });
  return verdict.kind === "signed" ? accepted(verdict.by) : refused(refuseUnsigned(reference, verdict.reasons, place));
}

/** What the image says of itself, where all its platforms say the same. */
async function readFacts(
  reference: DigestReference,
  registry: RegistryClient,
  signal: AbortSignal,
): Promise<Outcome<ImageFacts>> {
  const { labels, annotations, disagreeing } = await readImageLabels(registry, reference, { signal });
  return toImageFacts(renderReference(reference), { labels, annotations, disagreeing });
}

function otherDigest({ reference, place }: VersionQuestion, digest: PinnedReference["digest"]): Refusal {
  return {
    code: "tag-moved",
    place,
    found: `${nameOf(reference)}:${reference.tag} is ${hexOf(digest)} in the registry`,
    expected: reference.digest ?? "",
    action: "leave out the digest to pin what the tag stands for now, or find out who moved it",
  };
}

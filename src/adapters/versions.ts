import { hexOf } from "../model/digest.ts";
import { toImageFacts, type ImageFacts } from "../model/image-facts.ts";
import { nameOf, renderReference, type PinnedReference, type Reference } from "../model/reference.ts";
import { accepted, andThen, combine, refused, type Outcome, type Place, type Refusal } from "../model/refusal.ts";
import { refuseRevoked, trustedSigners, type SignerTrust } from "../model/trusted-signers.ts";
import { storeFolder } from "./project.ts";
import { dockerCredentials } from "./registry/docker-credentials.ts";
import { readImageLabels } from "./registry/image-labels.ts";
import { registryClient, type DigestReference, type RegistryClient } from "./registry/registry-client.ts";
import { RegistryError, toRefusal } from "./registry/registry-error.ts";
import { refuseUnsigned } from "./signatures/verdict.ts";
import { verifySignature } from "./signatures/verify-signature.ts";
import { chartArchive } from "./store/chart-content.ts";
import { ContentStore } from "./store/content-store.ts";
import { refuseStore, StoreError } from "./store/store-error.ts";

/** What a registry and the keys of a stage say of one version. */
export interface ResolvedVersion {
  readonly reference: PinnedReference;
  /** Empty for a chart. */
  readonly facts: ImageFacts;
  /** The name of the key or the identity that signed it. */
  readonly signedBy: string;
}

interface Question {
  readonly stage: string;
  readonly kind: "image" | "chart";
  readonly trust: SignerTrust;
  /** What was typed, or the line of the pin, for refusals. */
  readonly place: Place;
  readonly signal: AbortSignal;
}

export interface VersionQuestion extends Question {
  readonly reference: Reference & { readonly tag: string };
}

export interface PinnedQuestion extends Question {
  readonly reference: PinnedReference;
}

interface Sources {
  readonly registry: RegistryClient;
  readonly store: ContentStore;
}

/** Resolves a tag, verifies its signature and reads its facts; everything that is wrong with it is reported together. */
export async function resolveVersion(question: VersionQuestion): Promise<Outcome<ResolvedVersion>> {
  return withSources(question.place, async (sources) => {
    const { reference, signal } = question;
    // By the tag alone: asked with the digest, the registry would never say what the tag stands for.
    const { digest: stated, ...tagged } = reference;
    const digest = await sources.registry.resolve(tagged, { signal });
    if (stated !== undefined && stated !== digest) return refused([otherDigest(question, digest)]);
    return judge({ ...question, reference: { ...reference, digest } }, sources);
  });
}

/** The same for what is pinned: by its digest, whatever became of the tag. */
export async function verifyVersion(question: PinnedQuestion): Promise<Outcome<ResolvedVersion>> {
  return withSources(question.place, (sources) => judge(question, sources));
}

async function withSources<T>(place: Place, work: (sources: Sources) => Promise<Outcome<T>>): Promise<Outcome<T>> {
  const registry = registryClient({ credentials: dockerCredentials() });
  return orReason(place, () => work({ registry, store: new ContentStore(storeFolder()) }));
}

async function orReason<T>(place: Place, work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RegistryError) return refused([toRefusal(error, place)]);
    if (error instanceof StoreError) return refused([refuseStore(error)]);
    throw error;
  }
}

async function judge(question: PinnedQuestion, sources: Sources): Promise<Outcome<ResolvedVersion>> {
  const { kind, reference, place, signal } = question;
  const [signature, facts] = await Promise.all([
    verify(question, sources),
    orReason(place, () =>
      kind === "image" ? readFacts(reference, sources.registry, signal) : checkChart(question, sources),
    ),
  ]);
  return andThen(combine({ signedBy: signature, facts }), (found) => accepted({ reference, ...found }));
}

async function verify(
  { stage, trust, place, reference, signal }: PinnedQuestion,
  sources: Sources,
): Promise<Outcome<string>> {
  const revoked = refuseRevoked(trust.revocations, reference.digest, place);
  if (revoked.length > 0) return refused(revoked);
  const request = { reference, ...trustedSigners(trust, stage, nameOf(reference)) };
  const verdict = await verifySignature(request, sources, { signal });
  return verdict.kind === "signed" ? accepted(verdict.by) : refused(refuseUnsigned(reference, verdict.reasons, place));
}

/** That it is the chart it is called; a chart states no facts. */
async function checkChart({ reference, signal }: PinnedQuestion, sources: Sources): Promise<Outcome<ImageFacts>> {
  await chartArchive(reference, sources, { signal });
  return accepted({});
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

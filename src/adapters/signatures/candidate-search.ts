import type { Digest } from "../../model/digest.ts";
import type { Descriptor } from "../registry/manifest.ts";
import type { CallOptions, DigestReference, RegistryClient } from "../registry/registry-client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { failure } from "./candidate.ts";
import type { FetchedEvidence } from "./evidence-source.ts";
import { BUNDLE_MEDIA_TYPE } from "./sigstore-bundle.ts";
import { signatureTagOf } from "./simple-signing.ts";
import type { CandidateRefusal } from "./verdict.ts";

export interface FoundCandidates {
  /** Manifests that may be evidence, the likeliest first. */
  readonly manifests: readonly Digest[];
  /** What kept the search from being whole. */
  readonly reasons: readonly CandidateRefusal[];
}

const PREDICATE_ANNOTATION = "dev.sigstore.bundle.predicateType";
const SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1";
/** More than people sign, attest and describe an image with; each costs two requests. */
const MAX_CANDIDATES = 64;

/** Looks for evidence where cosign puts it. A place that cannot be read is a reason; the others still count. */
export async function findCandidates(
  registry: RegistryClient,
  reference: DigestReference,
  source: FetchedEvidence,
  options: CallOptions,
): Promise<FoundCandidates> {
  const [referrers, tagged] = await Promise.all([
    attempt(() => registry.referrers(reference, options)),
    attempt(() => signatureManifest(registry, reference, source, options)),
  ]);
  const reasons = [referrers, tagged].flatMap((found) => (found.kind === "failed" ? [failure(found.error)] : []));
  const listed = referrers.kind === "found" ? [...referrers.value].sort(byLikelihood).map(({ digest }) => digest) : [];
  const all = [...new Set([...(tagged.kind === "found" ? tagged.value : []), ...listed])];
  if (all.length > MAX_CANDIDATES) {
    const detail = `${all.length} candidates, of which ${MAX_CANDIDATES} were looked at`;
    reasons.push({ code: "too-many-candidates", detail });
  }
  return { manifests: all.slice(0, MAX_CANDIDATES), reasons };
}

async function signatureManifest(
  registry: RegistryClient,
  { registry: host, repository, digest }: DigestReference,
  source: FetchedEvidence,
  options: CallOptions,
): Promise<readonly Digest[]> {
  try {
    const found = await registry.manifest({ registry: host, repository, tag: signatureTagOf(digest) }, options);
    source.add(found.bytes);
    return [found.digest];
  } catch (error) {
    if (error instanceof RegistryError && error.code === "not-found") return [];
    throw error;
  }
}

/** A list's annotations are not proven: they order the work and leave nothing out. */
function byLikelihood(left: Descriptor, right: Descriptor): number {
  return rank(left) - rank(right);
}

function rank({ artifactType, annotations }: Descriptor): number {
  if (annotations[PREDICATE_ANNOTATION] === SIGN_PREDICATE) return 0;
  if (annotations[PREDICATE_ANNOTATION] !== undefined) return 2;
  return artifactType === BUNDLE_MEDIA_TYPE ? 1 : 3;
}

type Attempted<T> =
  { readonly kind: "found"; readonly value: T } | { readonly kind: "failed"; readonly error: RegistryError };

async function attempt<T>(work: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { kind: "found", value: await work() };
  } catch (error) {
    if (error instanceof RegistryError) return { kind: "failed", error };
    throw error;
  }
}

import { renderReference } from "../../model/reference.ts";
import { withDeadline } from "../registry/deadline.ts";
import type { CallOptions, DigestReference, RegistryClient } from "../registry/registry-client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import type { ContentStore } from "../store/content-store.ts";
import { failure, judgeCandidate, type JudgedCandidate } from "./candidate.ts";
import { findCandidates } from "./candidate-search.ts";
import { FetchedEvidence, storedEvidence } from "./evidence-source.ts";
import type { TrustedKey } from "./key-signature.ts";
import type { TrustedIdentity } from "./keyless-signature.ts";
import type { CandidateRefusal, SignatureVerdict } from "./verdict.ts";

export interface SignatureRequest {
  /** An image, an index or a chart. The signature is of the digest; the tag is not looked at. */
  readonly reference: DigestReference;
  /** The keys that count for the stage and the repository: trustedSigners() of model/trusted-signers.ts gives them all. */
  readonly keys: readonly TrustedKey[];
  /** The identities that count there. @default none */
  readonly identities?: readonly TrustedIdentity[];
  /** The text of trusted_root.json; without it, no identity counts. */
  readonly trustedRoot?: string | undefined;
}

export interface EvidenceSources {
  readonly registry: RegistryClient;
  readonly store: ContentStore;
}

type SignedCandidate = Extract<JudgedCandidate, { kind: "signed" }>;

export interface VerifyOptions extends CallOptions {
  /** Milliseconds for the whole search, however many candidates a registry lists. @default 120 000 */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 120_000;

/**
 * Whether a reference carries a cosign signature by one of the keys or identities. What the store holds is verified first, as
 * strictly as what a registry sends; where that is enough, the network is asked nothing.
 * @throws only the reason of the signal, and broken contracts: a registry's failure is a reason for "unsigned"
 */
export async function verifySignature(
  request: SignatureRequest,
  sources: EvidenceSources,
  { deadlineMs = DEADLINE_MS, signal }: VerifyOptions = {},
): Promise<SignatureVerdict> {
  if (request.keys.length + (request.identities?.length ?? 0) === 0)
    return unsigned([{ code: "no-trusted-key", detail: "no key and no identity counts here" }]);
  return withDeadline(deadlineMs, signal, async (deadline) => {
    try {
      return await search(request, sources, { signal: deadline.signal });
    } catch (error) {
      if (!deadline.hasPassed()) throw error;
      const detail = `no verdict within ${deadlineMs} ms`;
      return unsigned([failure(new RegistryError("timed-out", renderReference(request.reference), detail))]);
    }
  });
}

async function search(
  { reference, keys, identities = [], trustedRoot }: SignatureRequest,
  { registry, store }: EvidenceSources,
  options: CallOptions,
): Promise<SignatureVerdict> {
  const question = { subject: reference.digest, trust: { keys, identities, trustedRoot } };
  const source = new FetchedEvidence(registry, store, reference, options);
  const known = await firstSigned(await store.hints(reference.digest), (manifest) =>
    judgeCandidate(manifest, question, storedEvidence(store)),
  );
  const subject = await readSubject(reference, source);
  if (subject !== undefined) return unsigned([subject]);
  if (known.signed !== undefined) {
    // The subject may have had to be fetched, where it was changed in the store.
    await sparing(() => source.keep([reference.digest]));
    return signed(known.signed);
  }

  const found = await findCandidates(registry, reference, source, options);
  const judged = await firstSigned(found.manifests, (manifest) => judgeCandidate(manifest, question, source));
  if (judged.signed === undefined) return unsigned([...found.reasons, ...judged.reasons]);
  await remember(judged.signed, reference, source, store);
  return signed(judged.signed);
}

/** The subject must be there, have the digest, and be a manifest: else nothing was signed that could run. */
async function readSubject(reference: DigestReference, source: FetchedEvidence): Promise<CandidateRefusal | undefined> {
  try {
    await source.manifest(reference.digest);
    return undefined;
  } catch (error) {
    if (error instanceof RegistryError) return failure(error);
    throw error;
  }
}

interface Judged {
  readonly signed?: SignedCandidate;
  readonly reasons: readonly CandidateRefusal[];
}

/** One after the other: the likeliest comes first, and most images have one signature. */
async function firstSigned<T>(
  candidates: readonly T[],
  judge: (candidate: T) => Promise<JudgedCandidate | undefined>,
): Promise<Judged> {
  const reasons: CandidateRefusal[] = [];
  for (const candidate of candidates) {
    const judged = await judge(candidate);
    if (judged?.kind === "signed") return { signed: judged, reasons };
    reasons.push(...(judged?.reasons ?? []));
  }
  return { reasons };
}

async function remember(
  { content, evidence }: SignedCandidate,
  { digest }: DigestReference,
  source: FetchedEvidence,
  store: ContentStore,
): Promise<void> {
  await sparing(async () => {
    await source.keep([digest, ...content]);
    await store.addHint(digest, evidence.manifest);
  });
}

/** The store spares the next run its questions; a store that cannot be written costs time, not safety. */
async function sparing(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

function signed({ by, evidence }: SignedCandidate): SignatureVerdict {
  return { kind: "signed", by, evidence };
}

function unsigned(reasons: readonly CandidateRefusal[]): SignatureVerdict {
  return {
    kind: "unsigned",
    reasons: reasons.length > 0 ? reasons : [{ code: "no-evidence", detail: "no signature was found" }],
  };
}

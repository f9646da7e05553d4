import type { Digest } from "../../model/digest.ts";
import type { Descriptor, ImageManifest } from "../registry/manifest.ts";
import { RegistryError } from "../registry/registry-error.ts";
import type { EvidenceSource } from "./evidence-source.ts";
import { refuse, type Judgement } from "./judgement.ts";
import { BUNDLE_MEDIA_TYPE, judgeBundle, type BundleTrust } from "./sigstore-bundle.ts";
import { judgeSimpleSigning, SIMPLE_SIGNING_MEDIA_TYPE } from "./simple-signing.ts";
import type { CandidateRefusal, Evidence, KeyedEvidence } from "./verdict.ts";

export type JudgedCandidate =
  | {
      readonly kind: "signed";
      readonly by: string;
      readonly evidence: Evidence;
      /** Digests of all content that was read for it, the manifest's among them. */
      readonly content: readonly Digest[];
    }
  | { readonly kind: "refused"; readonly reasons: readonly CandidateRefusal[] };

/** What is asked of a candidate. */
export interface Question {
  readonly subject: Digest;
  readonly trust: BundleTrust;
}

type JudgeLayer = (layer: Descriptor, bytes: Uint8Array) => Judgement | Promise<Judgement>;

/** Signatures and their payloads have a few kilobytes; with certificates and log entries, some tens. */
const MAX_EVIDENCE_BYTES = 1024 * 1024;
/** cosign appends a layer per signature to a `.sig` manifest. */
const MAX_LAYERS = 32;

/** Judges what a manifest carries; undefined where the source does not have it. */
export async function judgeCandidate(
  manifest: Digest,
  question: Question,
  source: EvidenceSource,
): Promise<JudgedCandidate | undefined> {
  try {
    const content = await source.manifest(manifest);
    if (content === undefined) return undefined;
    if (content.kind === "index") return reject(manifest, refuse("other-artifact", "an index"));
    return content.layers.some(({ mediaType }) => mediaType === SIMPLE_SIGNING_MEDIA_TYPE)
      ? await judgeSimpleSigningManifest(manifest, content, question, source)
      : await judgeBundleManifest(manifest, content, question, source);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { kind: "refused", reasons: [{ ...failure(error), manifest }] };
  }
}

/** A registry's failure as a reason: what could not be read is never evidence. */
export function failure(error: RegistryError): CandidateRefusal {
  return { code: "registry-failure", detail: error.detail, error };
}

async function judgeBundleManifest(
  manifest: Digest,
  { layers, subject }: ImageManifest,
  question: Question,
  source: EvidenceSource,
): Promise<JudgedCandidate | undefined> {
  const bundles = layers.filter(({ mediaType }) => mediaType === BUNDLE_MEDIA_TYPE);
  if (bundles.length === 0)
    return reject(manifest, refuse("other-artifact", "neither a bundle nor a payload of cosign"));
  if (layers.length > 1) return reject(manifest, refuse("malformed", "more than a bundle in one manifest"));
  if (subject?.digest !== question.subject) {
    return reject(manifest, refuse("other-subject", `about ${subject?.digest ?? "nothing"}`));
  }
  return judgeLayers(manifest, "bundle", bundles, source, (_, bytes) =>
    judgeBundle(bytes, question.subject, question.trust),
  );
}

async function judgeSimpleSigningManifest(
  manifest: Digest,
  { layers }: ImageManifest,
  question: Question,
  source: EvidenceSource,
): Promise<JudgedCandidate | undefined> {
  const payloads = layers.filter(({ mediaType }) => mediaType === SIMPLE_SIGNING_MEDIA_TYPE);
  return judgeLayers(manifest, "simple-signing", payloads, source, ({ annotations }, bytes) =>
    judgeSimpleSigning(bytes, annotations, question.subject, question.trust.keys),
  );
}

async function judgeLayers(
  manifest: Digest,
  format: KeyedEvidence["format"],
  layers: readonly Descriptor[],
  source: EvidenceSource,
  judge: JudgeLayer,
): Promise<JudgedCandidate | undefined> {
  const refused: Judgement[] = [];
  if (layers.length > MAX_LAYERS) refused.push(refuse("too-many-candidates", `${layers.length} layers`));
  for (const layer of layers.slice(0, MAX_LAYERS)) {
    const judgement = await judgeLayer(layer, source, judge);
    if (judgement === undefined) return undefined;
    if (judgement.kind === "signed") {
      const evidence = evidenceOf(judgement, format, manifest);
      return { kind: "signed", by: judgement.by, evidence, content: [manifest, ...layers.map(({ digest }) => digest)] };
    }
    refused.push(judgement);
  }
  return reject(manifest, ...refused);
}

function evidenceOf(
  { by, certified }: Extract<Judgement, { kind: "signed" }>,
  format: KeyedEvidence["format"],
  manifest: Digest,
): Evidence {
  return certified === undefined
    ? { kind: "keyed", format, manifest }
    : { kind: "keyless", identity: by, ...certified, manifest };
}

async function judgeLayer(
  layer: Descriptor,
  source: EvidenceSource,
  judge: JudgeLayer,
): Promise<Judgement | undefined> {
  if (layer.size > MAX_EVIDENCE_BYTES) return refuse("too-large", `${layer.size} bytes of evidence`);
  const bytes = await source.blob(layer.digest, layer.size);
  return bytes === undefined ? undefined : judge(layer, bytes);
}

function reject(manifest: Digest, ...judgements: readonly Judgement[]): JudgedCandidate {
  const reasons = judgements.flatMap((judgement) =>
    judgement.kind === "signed" ? [] : [{ code: judgement.code, detail: judgement.detail, manifest }],
  );
  return { kind: "refused", reasons };
}

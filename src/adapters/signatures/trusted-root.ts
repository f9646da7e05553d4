import type { Verifier } from "@sigstore/verify";
import { z } from "zod";
import { parseBoundedJson } from "../../model/bounded-json.ts";

/** Verifies what a certificate's holder signed, as strictly as the trusted root allows. */
export interface KeylessVerifier {
  readonly verifier: Pick<Verifier, "verify">;
  /** Whether a timestamp of an authority is demanded: the root has some. */
  readonly demandsTimestamp: boolean;
}

export type ReadTrustedRoot =
  | { readonly kind: "verifier"; readonly verifier: KeylessVerifier }
  | { readonly kind: "problem"; readonly problem: string };

const MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.trustedroot(?:\+json;version=0\.1|\.v0\.2\+json)$/;

/** sigstore/protobuf-specs, sigstore_trustroot.proto: that the lists are there; the rest is its own parser's. */
const rootSchema = z.object({
  mediaType: z.string().regex(MEDIA_TYPE),
  certificateAuthorities: z
    .array(z.object({ certChain: z.object({ certificates: z.array(z.object({})).min(1) }) }))
    .min(1),
  tlogs: z.array(z.object({})).default([]),
  ctlogs: z.array(z.object({})).default([]),
  timestampAuthorities: z
    .array(z.object({ certChain: z.object({ certificates: z.array(z.object({})).min(1) }) }))
    .default([]),
});

/** The last one: a run has one trusted root, and asks for it per signature. */
let last: { readonly text: string; readonly read: Promise<ReadTrustedRoot> } | undefined;

/** The verifier of a trusted root, or why there is none. Loads sigstore's libraries, which nothing else needs. */
export function readTrustedRoot(text: string): Promise<ReadTrustedRoot> {
  if (last?.text !== text) last = { text, read: toVerifier(text) };
  return last.read;
}

/**
 * What the root has, it demands: with certificate logs a proof that the certificate was logged, with transparency logs
 * a log entry, with timestamp authorities a timestamp. One of the last two attests when it was signed; without
 * that, a certificate of ten minutes says nothing.
 */
async function toVerifier(text: string): Promise<ReadTrustedRoot> {
  const json = parseBoundedJson(Buffer.from(text));
  if (json.kind === "problem") return problem(`it is ${json.problem}`);
  const root = rootSchema.safeParse(json.value);
  if (!root.success) return problem(z.prettifyError(root.error));
  const { tlogs, ctlogs, timestampAuthorities } = root.data;
  if (tlogs.length + timestampAuthorities.length === 0)
    return problem(
      "it has neither a transparency log nor a timestamp authority: nobody attests when a signature was made",
    );
  const [{ toTrustMaterial, Verifier }, { TrustedRoot }] = await Promise.all([
    import("@sigstore/verify"),
    import("@sigstore/protobuf-specs"),
  ]);
  try {
    const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(json.value)), {
      ctlogThreshold: Math.min(ctlogs.length, 1),
      tlogThreshold: Math.min(tlogs.length, 1),
      timestampThreshold: 1,
    });
    return { kind: "verifier", verifier: { verifier, demandsTimestamp: timestampAuthorities.length > 0 } };
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error));
  }
}

function problem(text: string): ReadTrustedRoot {
  return { kind: "problem", problem: text };
}

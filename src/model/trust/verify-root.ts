import { accepted, refused, type Outcome, type Refusal } from "../refusal.ts";
import { type Anchor, ANCHOR_VARIABLE, anchorLine } from "./anchor.ts";
import type { VerifiedRoot } from "./trust.ts";
import { refuseFiles, type FoundFiles } from "./listed-files.ts";
import { refuseChain, type RootEvidence } from "./root-chain.ts";

/**
 * The newest root, where the anchor leads to it and it lists exactly what is there; else every reason.
 * @param chain the roots from the anchor's on, by version
 */
export function verifyTrustRoot(
  anchor: Anchor,
  chain: readonly RootEvidence[],
  found: FoundFiles,
): Outcome<VerifiedRoot> {
  const newest = chain.at(-1)?.read;
  const read = newest?.kind === "accepted" ? newest.value : undefined;
  const refusals = [...refuseChain(anchor, chain), ...(read === undefined ? [] : refuseFiles(read.root, found))];
  if (refusals.length > 0 || read === undefined) return refused(refusals);
  return accepted({ version: read.root.version, digest: read.digest });
}

/** Why a gated stage is refused where no anchor is set. */
export function refuseNoAnchor(stage: string, newest: Anchor | undefined): Refusal {
  return {
    code: "no-anchor",
    place: { path: ANCHOR_VARIABLE },
    found: "no anchor: nothing outside of the checkout says whose rules count",
    expected: `${stage} is gated: the root that its trust begins with, <version>@sha256:<64 hex>`,
    action:
      newest === undefined
        ? "npm run trust -- init; in the sandbox, source .sandbox/env"
        : `where an owner tells you that this is the root: ${anchorLine(newest)}`,
  };
}

export function refuseMalformedAnchor(text: string): Refusal {
  return {
    code: "malformed-anchor",
    place: { path: ANCHOR_VARIABLE },
    found: text.length > 120 ? `${text.slice(0, 117)}…` : text,
    expected: "<version>@sha256:<64 hex>",
    action: "npm run trust -- status shows the line to set",
  };
}

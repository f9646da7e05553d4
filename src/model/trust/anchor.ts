import { isDigest, type Digest } from "../digest.ts";

/** Where people set which root counts, outside the checkout: `<version>@sha256:<64 hex>`. */
export const ANCHOR_VARIABLE = "LOCKSTEP_TRUST_ANCHOR";

/** The root where the chain begins. */
export interface Anchor {
  readonly version: number;
  readonly digest: Digest;
}

/** Undefined where the text is no anchor. */
export function parseAnchor(text: string): Anchor | undefined {
  const [, version, digest] = /^([1-9][0-9]{0,5})@(sha256:[0-9a-f]{64})$/.exec(text) ?? [];
  return version !== undefined && digest !== undefined && isDigest(digest)
    ? { version: Number(version), digest }
    : undefined;
}

export function renderAnchor({ version, digest }: Anchor): string {
  return `${version}@${digest}`;
}

/** The line for a shell. */
export function anchorLine(anchor: Anchor): string {
  return `export ${ANCHOR_VARIABLE}=${renderAnchor(anchor)}`;
}

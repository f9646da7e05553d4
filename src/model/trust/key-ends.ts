import type { AllowedSigner } from "./allowed-signers.ts";
import { signerLines } from "./signer-lines.ts";

/** A line of allowed_signers with an end. */
export interface KeyEnd extends AllowedSigner {
  readonly endMs: number;
}

/** When keys of an allowed_signers file end, of those that do; of a text that `parseAllowedSigners` took. */
export function keysWithEnd(text: string): readonly KeyEnd[] {
  // Most keys have no end: they are not read for this.
  const lines = text.split("\n").filter((line) => line.includes("valid-before="));
  return signerLines(lines.join("\n")).flatMap(({ principal, fingerprint, endMs }) =>
    endMs === undefined ? [] : [{ principal, fingerprint, endMs }],
  );
}

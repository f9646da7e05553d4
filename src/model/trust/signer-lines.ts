import { parseSshPublicKey } from "../ssh-public-key.ts";
import type { AllowedSigner } from "./allowed-signers.ts";

/** A line of allowed_signers with its options. Times are milliseconds since the epoch. */
export interface SignerLine extends AllowedSigner {
  /** Undefined: signatures of every namespace. */
  readonly namespaces: readonly string[] | undefined;
  readonly startMs: number | undefined;
  /** Exclusive. */
  readonly endMs: number | undefined;
}

/** Options are the second word, where that is no key's type; what follows the key is a comment. */
const LINE = /^(?!#)(\S+) (?:(\S*=\S*) )?(\S+ \S+)/;

/** The lines of a text that `parseAllowedSigners` took. */
export function signerLines(text: string): readonly SignerLine[] {
  return text.split("\n").flatMap((line) => {
    const [, principal, options = "", keyText = ""] = LINE.exec(line) ?? [];
    const key = parseSshPublicKey(keyText);
    if (principal === undefined || key.kind === "problem") return [];
    return [
      {
        principal,
        fingerprint: key.key.fingerprint,
        namespaces: /namespaces="([^"]*)"/.exec(options)?.[1]?.split(","),
        startMs: timeOf(options, /valid-after="(\d+)Z"/),
        endMs: timeOf(options, /valid-before="(\d+)Z"/),
      },
    ];
  });
}

/** `YYYYMMDD[hhmm[ss]]`, in UTC. */
function timeOf(options: string, option: RegExp): number | undefined {
  const digits = option.exec(options)?.[1]?.padEnd(14, "0");
  if (digits === undefined) return undefined;
  return Date.parse(digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z"));
}

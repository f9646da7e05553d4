import { parseSshPublicKey } from "../ssh-public-key.ts";

/** A line of allowed_signers with an end. */
export interface KeyEnd {
  readonly principal: string;
  /** As ssh-keygen prints it. */
  readonly fingerprint: string;
  readonly endMs: number;
}

/** Options are the second word; what follows the key is a comment. */
const LINE = /^(?!#)(\S+) \S*valid-before="(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z"\S* (\S+ \S+)/;

/** When keys of an allowed_signers file end, of those that do; of a text that `parseAllowedSigners` took. */
export function keysWithEnd(text: string): readonly KeyEnd[] {
  return text.split("\n").flatMap((line) => {
    const [, principal, year, month, day, hour = "00", minute = "00", second = "00", text = ""] = LINE.exec(line) ?? [];
    const key = parseSshPublicKey(text);
    if (principal === undefined || key.kind === "problem") return [];
    const { fingerprint } = key.key;
    return [
      {
        principal,
        fingerprint,
        endMs: Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour}:${minute}:${second}Z`),
      },
    ];
  });
}

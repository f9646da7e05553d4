/** A line of allowed_signers with an end. */
export interface KeyEnd {
  readonly principal: string;
  readonly endMs: number;
}

/** Options are the second word; what follows the key is a comment. */
const LINE = /^(?!#)(\S+) \S*valid-before="(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z"/;

/** When keys of an allowed_signers file end, of those that do; of a text that `parseAllowedSigners` took. */
export function keysWithEnd(text: string): readonly KeyEnd[] {
  return text.split("\n").flatMap((line) => {
    const [, principal, year, month, day, hour = "00", minute = "00", second = "00"] = LINE.exec(line) ?? [];
    if (principal === undefined) return [];
    return [{ principal, endMs: Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour}:${minute}:${second}Z`) }];
  });
}

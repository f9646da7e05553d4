/** What a 401 answer asks for: RFC 9110 section 11.6.1, of which registries use Basic and Bearer. */
export type Challenge =
  { readonly kind: "basic" } | { readonly kind: "bearer"; readonly realm: string; readonly service?: string };

const SEPARATORS = /[\s,]*/y;
const PARAMETER = /([\w.~+-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const SCHEME = /[\w.~+/-]+=*/y;
const MAX_LENGTH = 4096;

interface Asked {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** The challenge of the header that can be met, Bearer before Basic; undefined where there is none. */
export function parseChallenge(header: string | null): Challenge | undefined {
  const asked = header === null || header.length > MAX_LENGTH ? [] : readAll(header);
  for (const { scheme, parameters } of asked) {
    const realm = parameters.get("realm");
    if (scheme !== "bearer" || realm === undefined) continue;
    const service = parameters.get("service");
    return { kind: "bearer", realm, ...(service === undefined ? {} : { service }) };
  }
  return asked.some(({ scheme }) => scheme === "basic") ? { kind: "basic" } : undefined;
}

/** Reads on to the first character that fits nothing. */
function readAll(header: string): readonly Asked[] {
  const asked: Asked[] = [];
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (;;) {
    next(SEPARATORS);
    const parameter = next(PARAMETER);
    if (parameter !== null) {
      const [, name = "", inQuotes, plain = ""] = parameter;
      asked.at(-1)?.parameters.set(name.toLowerCase(), inQuotes?.replaceAll(/\\(.)/g, "$1") ?? plain);
      continue;
    }
    const scheme = next(SCHEME);
    if (scheme === null) return asked;
    asked.push({ scheme: scheme[0].toLowerCase(), parameters: new Map() });
  }
}

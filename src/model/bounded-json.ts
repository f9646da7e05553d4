/** Deeper than anything that we, a registry, Docker or cosign write. */
const MAX_DEPTH = 32;

export type BoundedJson =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "problem"; readonly problem: "not-utf8" | "not-json" | "too-deep" };

/** JSON from somebody else: strict UTF-8 without a byte order mark, nested at most `maxDepth` levels. */
export function parseBoundedJson(bytes: Uint8Array, maxDepth = MAX_DEPTH): BoundedJson {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { kind: "problem", problem: "not-utf8" };
  }
  if (depthExceeds(text, maxDepth)) return { kind: "problem", problem: "too-deep" };
  try {
    return { kind: "value", value: JSON.parse(text) as unknown };
  } catch {
    return { kind: "problem", problem: "not-json" };
  }
}

/** Counts brackets outside strings, before anything recursive sees the text. */
function depthExceeds(text: string, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      if (++depth > maxDepth) return true;
    } else if (character === "}" || character === "]") depth--;
  }
  return false;
}

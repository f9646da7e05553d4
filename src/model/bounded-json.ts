/** Deeper than anything that we, a registry, Docker or cosign write. */
const MAX_DEPTH = 32;

export type BoundedJson =
  | { readonly kind: "value"; readonly value: unknown; readonly text: string }
  | { readonly kind: "problem"; readonly problem: "not-utf8" | "not-json" | "too-deep" };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** JSON from somebody else: strict UTF-8 without a byte order mark, nested at most `maxDepth` levels. */
export function parseBoundedJson(bytes: Uint8Array, maxDepth = MAX_DEPTH): BoundedJson {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { kind: "problem", problem: "not-utf8" };
  }
  if (depthExceeds(text, maxDepth)) return { kind: "problem", problem: "too-deep" };
  try {
    return { kind: "value", value: JSON.parse(text) as unknown, text };
  } catch {
    return { kind: "problem", problem: "not-json" };
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAPPING, CLOSE_MAPPING] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Counts brackets outside strings, before anything recursive sees the text. */
function depthExceeds(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_LIST || code === OPEN_MAPPING) {
      if (++depth > maxDepth) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_MAPPING) depth--;
  }
  return false;
}

/** Where the quote stands that ends a string; behind the text where none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    // Every second backslash escapes the one before it.
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}

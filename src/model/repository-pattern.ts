import { isRegistry } from "./reference.ts";

/**
 * Patterns over `registry/repository`. The registry is literal. In the path, `*` stands for any characters
 * within one part, `**` as a whole part for one or more parts. A pattern always covers the whole name.
 */
const PATH_PART = /^(?:\*\*|(?!.*\*\*)[a-z0-9._*-]+)$/;
/** Keeps matching cheap: a name has at most 255 characters. */
const MAX_LENGTH = 512;
const MAX_WILDCARDS = 8;

export function isRepositoryPattern(text: string): boolean {
  const [registry, ...parts] = text.split("/");
  return (
    text.length <= MAX_LENGTH &&
    (text.match(/\*+/g)?.length ?? 0) <= MAX_WILDCARDS &&
    registry !== undefined &&
    isRegistry(registry) &&
    parts.length > 0 &&
    parts.every((part) => PATH_PART.test(part))
  );
}

/** False for what is not a pattern: doubt means no. */
export function matchesRepository(pattern: string, repositoryName: string): boolean {
  if (!isRepositoryPattern(pattern)) return false;
  const [registry, ...parts] = pattern.split("/");
  const [nameRegistry, ...nameParts] = repositoryName.split("/");
  return registry === nameRegistry && matchesParts(parts, nameParts);
}

function matchesParts(pattern: readonly string[], name: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return name.length === 0;
  const [part, ...parts] = name;
  if (part === undefined || part === "") return false;
  if (first !== "**") return matchesPart(first, part) && matchesParts(rest, parts);
  return matchesParts(rest, parts) || matchesParts(pattern, parts);
}

/** The text between the wildcards must occur in order, the first at the start and the last at the end. */
export function matchesPart(pattern: string, part: string): boolean {
  const pieces = pattern.split("*");
  const head = pieces.shift() ?? "";
  const tail = pieces.pop();
  if (tail === undefined) return part === head;
  if (!part.startsWith(head) || !part.endsWith(tail) || part.length < head.length + tail.length) return false;
  let from = head.length;
  const end = part.length - tail.length;
  for (const piece of pieces) {
    const at = part.indexOf(piece, from);
    if (at === -1 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}

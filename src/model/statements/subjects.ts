import type { Digest } from "../digest.ts";
import { isRecord, type JsonObject } from "../json.ts";
import { isPinned, nameOf, parseReference } from "../reference.ts";

/** An image or a chart, as an in-toto subject. */
export interface Subject {
  /** `registry/repository`; with `oci://` before a chart's. */
  readonly name: string;
  readonly digest: Digest;
}

const CHART_SCHEME = "oci://";

/**
 * The images and charts of desired states, each once, in a fixed order.
 * @returns undefined where a state has none: it is no desired state
 */
export function subjectsOf(states: Iterable<JsonObject>): readonly Subject[] | undefined {
  const subjects = new Map<string, Subject>();
  for (const { pin } of states) {
    const both = isRecord(pin) ? [toSubject(pin["image"], ""), toSubject(pin["chart"], CHART_SCHEME)] : [undefined];
    for (const subject of both) {
      if (subject === undefined) return undefined;
      subjects.set(identityOf(subject), subject);
    }
  }
  return [...subjects.keys()].toSorted().flatMap((key) => subjects.get(key) ?? []);
}

/** Whether two lists name the same; the order is nobody's business, doubles are. */
export function sameSubjects(left: readonly Subject[], right: readonly Subject[]): boolean {
  const wanted = new Set(left.map(identityOf));
  return left.length === right.length && wanted.size === left.length && new Set(right.map(identityOf)).size === right.length && right.every((subject) => wanted.has(identityOf(subject)));
}

function identityOf({ name, digest }: Subject): string {
  return `${name}@${digest}`;
}

function toSubject(text: unknown, scheme: string): Subject | undefined {
  if (typeof text !== "string" || !text.startsWith(scheme)) return undefined;
  const parsed = parseReference(text.slice(scheme.length));
  if (parsed.kind === "problem" || !isPinned(parsed.reference)) return undefined;
  return { name: `${scheme}${nameOf(parsed.reference)}`, digest: parsed.reference.digest };
}

import { hexOf, type Digest } from "../../model/digest.ts";

/** Where referrers are listed in registries without the API: distribution specification, "Referrers Tag Schema". */
export function fallbackTagOf(subject: Digest): string {
  return `sha256-${hexOf(subject)}`;
}

const NEXT = /^\s*<([^>]*)>\s*;(?:[^,]*;)?\s*rel="?next"?\s*(?:;|$)/;

/** The next page of a list, of the same origin; undefined where this is the last (RFC 8288). */
export function nextPage(link: string | null, current: URL): URL | undefined {
  const target = NEXT.exec(link ?? "")?.[1];
  const url = target === undefined ? null : URL.parse(target, current.href);
  return url?.origin === current.origin ? url : undefined;
}

import type { VersionHistory } from "./version-history.ts";

/**
 * How far a stage is behind a source.
 * - `versions`: so many different versions the source has had since it had this one; 0: it has the same.
 * - `at-least-one`: the source has another version, and nobody wrote down what it had in between.
 * - `elsewhere`: the source has another version, and never had this one: it came from somewhere else.
 * - `not-there`: the source does not have the application.
 */
export type Behind =
  | { readonly kind: "versions"; readonly count: number }
  | { readonly kind: "at-least-one" }
  | { readonly kind: "elsewhere" }
  | { readonly kind: "not-there" };

export interface SourceDistance {
  readonly stage: string;
  readonly behind: Behind;
}

/** @param version that the stage has */
export function behind(version: string, { versions, complete }: VersionHistory): Behind {
  const present = versions.at(-1);
  if (present === undefined) return { kind: "not-there" };
  if (present === version) return { kind: "versions", count: 0 };
  const last = versions.lastIndexOf(version);
  if (last === -1) return complete ? { kind: "elsewhere" } : { kind: "at-least-one" };
  return { kind: "versions", count: new Set(versions.slice(last + 1)).size };
}

/**
 * Of several sources the nearest counts: what all of a route must have proven cannot be more than what the nearest of
 * them has, and where any suffices it is up to date with one of them.
 */
export function nearest(distances: readonly SourceDistance[]): SourceDistance | undefined {
  return distances.toSorted((left, right) => rank(left.behind) - rank(right.behind))[0];
}

function rank(distance: Behind): number {
  switch (distance.kind) {
    case "versions":
      return distance.count;
    case "at-least-one":
      return 1.5;
    case "elsewhere":
      return Number.MAX_SAFE_INTEGER - 1;
    case "not-there":
      return Number.MAX_SAFE_INTEGER;
  }
}

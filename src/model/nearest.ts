import { distance } from "fastest-levenshtein";

/** The known name that was probably meant, or undefined where none is near. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const away = distance(name.toLowerCase(), candidate.toLowerCase());
    if (best === undefined || away < best.distance) best = { name: candidate, distance: away };
  }
  if (best === undefined) return undefined;
  const tolerated = Math.ceil(Math.max(name.length, best.name.length) / 3);
  return best.distance <= tolerated ? best.name : undefined;
}

/** ` (did you mean "replicas"?)`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : ` (did you mean "${nearest}"?)`;
}

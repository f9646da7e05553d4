import type { Refusal } from "../../model/refusal.ts";

/** Of these, one answer of a cluster is as good as the next: several ask it at once, each in its own words. */
const OF_THE_CLUSTER: ReadonlySet<string> = new Set(["cluster-unreachable", "cluster-denied"]);
const EXPECTED = /^\s*expected {2}(.*)$/gm;

/** The same reasons, each once: the engine's preview repeats what the program found, and others may have found it too. */
export function saidOnce(refusals: readonly Refusal[]): readonly Refusal[] {
  const distinct = new Map(refusals.map((refusal) => [keyOf(refusal), refusal]));
  const all = [...distinct.values()];
  const others = new Set(all.flatMap(({ code, expected }) => (code === "preview-failed" ? [] : [expected])));
  return all.filter(({ code, found }) => code !== "preview-failed" || !isRepeated(found, others));
}

function keyOf({ found, ...rest }: Refusal): string {
  return JSON.stringify(OF_THE_CLUSTER.has(rest.code) ? rest : { ...rest, found });
}

/** Whether everything that the program refused there is said by itself. */
function isRepeated(found: string, others: ReadonlySet<string>): boolean {
  const expected = [...found.matchAll(EXPECTED)].map(([, text = ""]) => text);
  return expected.length > 0 && expected.every((text) => others.has(text));
}

import { fetchCharts } from "../../adapters/charts.ts";
import type { Digest } from "../../model/digest.ts";
import { renderReference, type PinnedReference } from "../../model/reference.ts";
import { accepted, andThen, combineAll, type Outcome } from "../../model/refusal.ts";

/** The charts of several stages: each is pulled once. */
export class ChartPulls {
  readonly #signal: AbortSignal;
  readonly #pulls = new Map<string, Promise<Outcome<ReadonlyMap<Digest, string>>>>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  async pull(references: readonly PinnedReference[]): Promise<Outcome<ReadonlyMap<Digest, string>>> {
    const pulled = await Promise.all([...new Set(references.map((reference) => this.#once(reference)))]);
    return andThen(combineAll(pulled), (charts) => accepted(new Map(charts.flatMap((chart) => [...chart]))));
  }

  #once(reference: PinnedReference): Promise<Outcome<ReadonlyMap<Digest, string>>> {
    const key = renderReference(reference);
    const pull = this.#pulls.get(key) ?? fetchCharts([reference], { signal: this.#signal });
    this.#pulls.set(key, pull);
    return pull;
  }
}

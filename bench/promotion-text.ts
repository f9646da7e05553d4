import Table from "cli-table3";
import { seconds } from "./duration-text.ts";
import type { PromotionSize } from "./promotion-measurements.ts";
import { marginalCosts } from "./statistics.ts";

/** Targets of issue 5, for 1,000 applications. */
const TARGETS = { cpuMs: 2000, peakBytes: 300e6 } as const;

/** What the verbs take by themselves, for people. Pure. */
export function renderPromotion(sizes: readonly PromotionSize[]): string {
  const head = ["applications", "statements", "verb", "own processor time", "peak memory", "wall, stand-ins included"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { applications, stages, statements, verbs } of sizes) {
    for (const { name, medianCpuMs, medianMs, peakBytes } of verbs) {
      const memory = `${(peakBytes / 1e6).toFixed(0)} MB`;
      table.push([
        `${applications} x ${stages}`,
        String(statements),
        name,
        seconds(medianCpuMs),
        memory,
        seconds(medianMs),
      ]);
    }
  }
  const target = `target at 1000 x 6: under ${seconds(TARGETS.cpuMs)}, under ${(TARGETS.peakBytes / 1e6).toFixed(0)} MB`;
  return [table.toString(), target, ...growth(sizes)].join("\n");
}

function growth(sizes: readonly PromotionSize[]): readonly string[] {
  const names = [...new Set(sizes.flatMap(({ verbs }) => verbs.map(({ name }) => name)))];
  return names.flatMap((name) => {
    const points = sizes.flatMap(({ applications, verbs }) =>
      verbs.filter((verb) => verb.name === name).map(({ medianCpuMs }) => ({ applications, ms: medianCpuMs })),
    );
    return marginalCosts(points).map(
      ({ from, to, msEach }) => `${name}: each application from ${from} to ${to} costs ${msEach.toFixed(2)} ms`,
    );
  });
}

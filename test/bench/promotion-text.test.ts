import assert from "node:assert/strict";
import type { PromotionSize } from "../../bench/promotion-measurements.ts";
import { renderPromotion } from "../../bench/promotion-text.ts";

const size = (applications: number, use: Readonly<Record<string, readonly [cpuMs: number, peakMb: number]>>) =>
  ({
    applications,
    stages: 6,
    statements: applications * 5,
    verbs: Object.entries(use).map(([name, [cpuMs, peakMb]]) => ({
      name,
      medianCpuMs: cpuMs,
      medianMs: cpuMs * 2,
      runsCpuMs: [cpuMs],
      peakBytes: peakMb * 1e6,
    })),
  }) satisfies PromotionSize;

const SIZES = [
  size(250, { promote: [900, 150], status: [800, 140] }),
  size(1000, { promote: [2400, 280], status: [1550, 260] }),
];

/** The cells of the row with these in front. */
function row(text: string, ...cells: readonly string[]): readonly string[] {
  const rows = text.split("\n").map((line) =>
    line
      .split("│")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.find((found) => cells.every((cell) => found.includes(cell))) ?? [];
}

describe("the bench's report of promotions", () => {
  it("gives each verb of each size a row: its own processor time and memory, and the time of all", () => {
    const text = renderPromotion(SIZES);
    assert.deepEqual(row(text, "1000 x 6", "status"), ["1000 x 6", "5000", "status", "1.55 s", "260 MB", "3.10 s"]);
    assert.deepEqual(row(text, "250 x 6", "promote"), ["250 x 6", "1250", "promote", "0.90 s", "150 MB", "1.80 s"]);
  });

  it("says what was aimed at", () => {
    assert.match(renderPromotion(SIZES), /^target at 1000 x 6: under 2\.00 s, under 300 MB$/m);
  });

  it("says of each verb what one more application costs, without what every run costs", () => {
    const text = renderPromotion(SIZES);
    assert.match(text, /^promote: each application from 250 to 1000 costs 2\.00 ms$/m);
    assert.match(text, /^status: each application from 250 to 1000 costs 1\.00 ms$/m);
  });

  it("says nothing of growth from one size", () => {
    assert.doesNotMatch(renderPromotion(SIZES.slice(0, 1)), /each application/);
  });
});

import assert from "node:assert/strict";
import { ageText } from "../../src/cli/age-text.ts";

const HOUR = 3_600_000;

describe("an age in words", () => {
  it("has one unit, the largest that says enough", () => {
    const ages = [0, 59_999, 60_000, 119 * 60_000, 2 * HOUR, 47 * HOUR, 48 * HOUR, 729 * 24 * HOUR, 730 * 24 * HOUR];
    assert.deepEqual(ages.map(ageText), ["<1m", "<1m", "1m", "119m", "2h", "47h", "2d", "729d", "2y"]);
  });
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { marginalCosts, median } from "../../bench/statistics.ts";

describe("the bench's statistics", () => {
  it("take the middle value whatever the order", () => {
    assert.equal(median([9, 1, 5]), 5);
  });

  it("take the mean of the two middle values of an even number", () => {
    assert.equal(median([8, 1, 4, 2]), 3);
  });

  it("know no median of nothing", () => {
    assert.throws(() => median([]));
  });

  it("give a median with as many values below as above", () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(values, (numbers) => {
        const middle = median(numbers);
        const below = numbers.filter((number) => number < middle).length;
        const above = numbers.filter((number) => number > middle).length;
        assert.ok(below <= numbers.length / 2 && above <= numbers.length / 2);
      }),
    );
  });

  it("leave the fixed cost out of what one more application costs", () => {
    const points = [200, 3, 50].map((applications) => ({ applications, ms: 1500 + 40 * applications }));
    assert.deepEqual(marginalCosts(points), [
      { from: 3, to: 50, msEach: 40 },
      { from: 50, to: 200, msEach: 40 },
    ]);
  });

  it("show a cost that grows faster than linearly", () => {
    const points = [3, 50, 200].map((applications) => ({ applications, ms: applications ** 2 }));
    const [small, large] = marginalCosts(points);
    assert.ok((small?.msEach ?? 0) < (large?.msEach ?? 0));
  });

  it("say nothing of growth from one size", () => {
    assert.deepEqual(marginalCosts([{ applications: 3, ms: 2000 }]), []);
  });
});

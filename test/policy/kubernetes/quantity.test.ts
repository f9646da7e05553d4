import assert from "node:assert/strict";
import fc from "fast-check";
import { parseQuantity } from "../../../policy/kubernetes/quantity.ts";

describe("a resource quantity", () => {
  for (const [text, billionths] of [
    ["1", 10n ** 9n],
    [2, 2n * 10n ** 9n],
    ["250m", 250_000_000n],
    [".5", 500_000_000n],
    ["1.", 10n ** 9n],
    ["1.5Ki", 1536n * 10n ** 9n],
    ["1Gi", 2n ** 30n * 10n ** 9n],
    ["1E", 10n ** 27n],
    ["1e3", 10n ** 12n],
    ["12E-1", 1_200_000_000n],
    ["-1", -(10n ** 9n)],
    ["0.0000000001", 1n],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.equal(parseQuantity(text), billionths);
    });
  }

  for (const text of ["", ".", "-", "1 Gi", "1gi", "1K", "0x10", "1e", "1e1000", "9".repeat(31), null, true, {}]) {
    it(`does not read ${JSON.stringify(text)}`, () => {
      assert.equal(parseQuantity(text), undefined);
    });
  }

  it("is as large as a thousand thousandths of it", () => {
    fc.assert(
      fc.property(fc.nat(), (amount) => {
        assert.equal(parseQuantity(`${amount}000m`), parseQuantity(amount));
      }),
    );
  });
});

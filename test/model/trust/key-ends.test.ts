import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAllowedSigners } from "../../../src/model/trust/allowed-signers.ts";
import { keysWithEnd } from "../../../src/model/trust/key-ends.ts";
import { sampleKey, valueOf } from "./sample-trust.ts";

const line = (principal: string, options = ""): string => `${principal} ${options}${sampleKey(principal).text}\n`;

describe("keysWithEnd", () => {
  it("finds the ends of keys that have one, to the day, the minute or the second", () => {
    const text = [
      line("ann", 'valid-before="20261231Z" '),
      line("ben", 'namespaces="statement@lockstep",valid-before="202612312359Z" '),
      line("cid", 'valid-after="20260101Z",valid-before="20261231235958Z" '),
      line("dan"),
      `# ${line("eve", 'valid-before="20200101Z" ')}`,
    ].join("");
    const end = (principal: string, endMs: number) => ({
      ...{ principal, endMs },
      fingerprint: sampleKey(principal).fingerprint,
    });
    assert.deepEqual(keysWithEnd(text), [
      end("ann", Date.UTC(2026, 11, 31)),
      end("ben", Date.UTC(2026, 11, 31, 23, 59)),
      end("cid", Date.UTC(2026, 11, 31, 23, 59, 58)),
    ]);
  });

  it("finds none in a comment behind a key", () => {
    assert.deepEqual(keysWithEnd(line("ann").replace("\n", ' valid-before="20200101Z"\n')), []);
  });

  it("finds every end that a file of allowed signers can say", () => {
    const times = fc.date({ min: new Date("1970-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(fc.array(times, { maxLength: 5 }), (dates) => {
        const ends = dates.map((date) => Math.floor(date.getTime() / 1000) * 1000);
        const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, "");
        const text = ends.map((ms, index) => line(`p${index}`, `valid-before="${stamp(ms)}Z" `)).join("");
        assert.equal(valueOf(parseAllowedSigners("allowed_signers", text)).signers.length, ends.length);
        assert.deepEqual(
          keysWithEnd(text).map(({ endMs }) => endMs),
          ends,
        );
      }),
    );
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import semver from "semver";
import { isSamePin } from "../../../src/delivery/pin-step.ts";
import { chainsOf } from "../../../src/delivery/coverage/statement-chain.ts";
import { STACK_FILE, stackFileOf } from "../../model/sample-stage.ts";
import { baseline, statementOf, statesOf, T0 } from "../coverage/sample-court.ts";
import { applied, HOUR, imageOf, plan, withImage } from "./sample-promotion.ts";

const NAMES = ["appointments", "portal", "status-page"];

const tag = fc.oneof(
  fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)).map((parts) => parts.join(".")),
  fc.constantFrom("2.0.0-rc.1", "latest-good", "v1.1.1"),
);

const situation = fc.record({
  before: fc.tuple(tag, tag, tag),
  after: fc.tuple(tag, tag, tag),
  held: fc.subarray(["*", ...NAMES], { maxLength: 1 }),
  ended: fc.boolean(),
  names: fc.subarray(NAMES),
});

function fileWith(tags: readonly string[]): string {
  return NAMES.reduce((text, name, index) => withImage(name, imageOf(name, tags[index] ?? ""), text), STACK_FILE);
}

describe("planPromotion, whatever the two stages have", () => {
  it("never has an older version, a held one, or another than the source's, and has nothing left to do after it", () => {
    let planned = 0;
    fc.assert(
      fc.property(situation, ({ before, after, held, ended, names }) => {
        const [source, plain] = [fileWith(after), fileWith(before)];
        const until = ended ? "2026-11-20T00:00:00Z" : "2027-01-01T00:00:00Z";
        const holds = held.map((on) => `"${on}": { reason: a demonstration, until: "${until}" }`).join(", ");
        const target = `${plain}  lockstep:holds: { ${holds} }\n`;
        const first = baseline(plain);
        const outcome = plan({ source, target, names, chains: chainsOf([first]) });
        if (outcome.kind === "refused") return;
        planned += outcome.value.applications.length;
        const pins = stackFileOf(source).pins;
        for (const { name, before: was, after: is } of outcome.value.applications) {
          assert.ok(isSamePin(pins.get(name), is));
          assert.ok(ended || !(held.includes("*") || held.includes(name)));
          const [one, other] = [semver.parse(was?.image.tag), semver.parse(is.image.tag)];
          assert.ok(one === null || other === null || semver.compare(one, other) <= 0);
          assert.ok(names.length === 0 || names.includes(name));
        }
        const text = applied(outcome.value, target);
        const [left, right] = [statesOf(plain), statesOf(text)];
        const moved = outcome.value.applications.map(({ name }) => name);
        const applications = Object.fromEntries(
          moved.map((name) => [name, { before: left.get(name), after: right.get(name), previous: first.digest }]),
        );
        const second = moved.length === 0 ? [] : [statementOf({ whenMs: T0 + HOUR, applications })];
        const again = plan({ source, target: text, names, chains: chainsOf([first, ...second]) });
        assert.deepEqual(again.kind === "accepted" && [again.value.applications, again.value.changes], [[], []]);
      }),
      { numRuns: 60 },
    );
    assert.ok(planned > 0);
  });
});

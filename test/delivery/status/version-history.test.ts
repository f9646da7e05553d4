import assert from "node:assert/strict";
import { chainsOf, type Chain } from "../../../src/delivery/coverage/statement-chain.ts";
import { toVersionHistory, versionOf } from "../../../src/delivery/status/version-history.ts";
import type { Pin } from "../../../src/model/pin.ts";
import { baseline, change, HOUR, prod, statementOf, statesOf, T0 } from "../coverage/sample-court.ts";
import { DIGEST, inttest, STACK_FILE, stackFileOf } from "../../model/sample-stage.ts";

const OTHER = `sha256:${"f".repeat(64)}`;
const MOVED = STACK_FILE.replace(`portal:2.3.0@${DIGEST}`, `portal:2.4.0@${OTHER}`);
const SET = STACK_FILE.replace("portal.example.com", "portal2.example.com");

function pinOf(text: string): Pin {
  const pin = stackFileOf(text).pins.get("portal");
  assert.ok(pin !== undefined);
  return pin;
}

function chainOf(...statements: Parameters<typeof chainsOf>[0]): Chain | undefined {
  return chainsOf(statements).get("portal");
}

describe("the versions of an application in a stage", () => {
  const first = versionOf(pinOf(STACK_FILE));
  const second = versionOf(pinOf(MOVED));

  it("are those of its statements, the present one last", () => {
    const chain = chainOf(baseline(), change("portal", STACK_FILE, MOVED));
    const history = toVersionHistory(chain, pinOf(MOVED), prod);
    assert.deepEqual(history, { versions: [first, second], complete: true, sinceMs: T0 + 24 * HOUR });
  });

  it("have one entry for statements about settings alone, since the first of them", () => {
    const chain = chainOf(baseline(), change("portal", STACK_FILE, SET));
    assert.deepEqual(toVersionHistory(chain, pinOf(SET), prod), { versions: [first], complete: true, sinceMs: T0 });
  });

  it("end with a pin that nothing was stated about, at a time that nobody knows", () => {
    const history = toVersionHistory(chainOf(baseline()), pinOf(MOVED), prod);
    assert.deepEqual(history, { versions: [first, second], complete: true, sinceMs: undefined });
  });

  it("are none without a pin, whatever there was before", () => {
    assert.deepEqual(toVersionHistory(chainOf(baseline()), undefined, prod).versions, []);
  });

  it("are not complete without statements, with a broken chain, or where the registry feeds the stage", () => {
    const rival = statementOf({ applications: { portal: { after: statesOf(MOVED).get("portal") } } });
    const broken = chainOf(baseline(), rival);
    assert.equal(broken?.kind, "broken");
    const pin = pinOf(STACK_FILE);
    assert.equal(toVersionHistory(undefined, pin, prod).complete, false);
    assert.equal(toVersionHistory(broken, pin, prod).complete, false);
    assert.equal(toVersionHistory(chainOf(baseline()), pin, inttest).complete, false);
    assert.deepEqual(toVersionHistory(undefined, pin, prod).versions, [first]);
  });
});

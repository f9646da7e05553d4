import assert from "node:assert/strict";
import { findStage, parseStages, type Stages } from "../../src/model/stages.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { codes, sourceOf } from "./sample-stage.ts";

const TEXT = `stages:
  inttest: { from: registry }
  extest: { from: [inttest], gate: { promoters: [release-managers] } }
  prod: { from: [extest], cluster: { uid: 4b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11 }, zone: prod.example.com }
`;

function parse(text: string): Outcome<Stages> {
  return parseStages(sourceOf(text));
}

describe("parseStages", () => {
  it("reads stages; every one that the registry does not feed is gated", () => {
    const stages = parse(TEXT);
    assert.ok(stages.kind === "accepted");
    assert.deepEqual(
      [...stages.value.values()].map(({ name, gated }) => [name, gated]),
      [
        ["inttest", false],
        ["extest", true],
        ["prod", true],
      ],
    );
    assert.equal(stages.value.get("prod")?.clusterUid, "4b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11");
  });

  it("gates a stage that the registry feeds where it has a gate", () => {
    const stages = parse(TEXT.replace("from: registry", "from: registry, gate: {}"));
    assert.ok(stages.kind === "accepted");
    assert.ok(stages.value.get("inttest")?.gated);
  });

  for (const [name, [from, to, expected]] of Object.entries({
    "an unknown source": ["from: [inttest]", "from: [intest]", ["unknown-stage"]],
    "a stage that is its own source": ["from: [inttest]", "from: [extest]", ["unknown-stage"]],
    "no source": ["from: [inttest]", "from: []", ["invalid-value"]],
    "a missing source": ["from: [inttest], ", "", ["missing-key"]],
    "an unknown key": ["from: [inttest]", "frm: x, from: [inttest]", ["unknown-key"]],
    "a cluster that is no uid": ["4b3c1c9e", "x", ["invalid-value"]],
  } as const)) {
    it(`refuses ${name}`, () => {
      const stages = parse(TEXT.replace(from, to));
      assert.ok(stages.kind === "refused");
      assert.deepEqual(codes(stages.refusals), expected);
      assert.ok(stages.refusals.every(({ place }) => place.line !== undefined));
    });
  }

  it("refuses an empty file", () => {
    assert.equal(parse("").kind, "refused");
  });
});

describe("findStage", () => {
  it("suggests the stage that was probably meant", () => {
    const stages = parse(TEXT);
    assert.ok(stages.kind === "accepted");
    assert.equal(findStage(stages.value, "prod", "f").kind, "accepted");
    const none = findStage(stages.value, "pord", "f");
    assert.ok(none.kind === "refused");
    assert.match(none.refusals[0]?.found ?? "", /"prod"/);
  });
});

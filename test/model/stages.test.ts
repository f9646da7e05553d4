import assert from "node:assert/strict";
import { findStage, parseStages, type Stages } from "../../src/model/stages.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { codes, sourceOf } from "./sample-stage.ts";

const TEXT = `stages:
  inttest: { from: registry }
  extest: { from: [inttest], gate: { promoters: [release-managers] } }
  prod:
    from: [extest]
    cluster: { uid: 4b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11 }
    zone: prod.example.com
    availability: { minReplicas: 2 }
    gate:
      promoters: [release-managers]
      rollback: [deployers]
      approvals: { count: 2, groups: [release-managers, operations], expireAfter: 7d }
      soak: 24h
      free: [replicas]
      freezes: [{ from: x }]
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

  it("reads of each stage the ways that lead to it: one of several stages, or several that must all have been passed", () => {
    const both =
      "  loadtest: { from: [inttest], gate: { promoters: [qa] } }\n  prod:\n    from: [hotfix, { allOf: [extest, loadtest] }]";
    const stages = parse(
      TEXT.replace("  prod:\n    from: [extest]", both).replace(
        "  extest:",
        "  hotfix: { from: [inttest], gate: { promoters: [qa] } }\n  extest:",
      ),
    );
    assert.ok(stages.kind === "accepted", JSON.stringify(stages));
    assert.deepEqual(stages.value.get("inttest")?.from, "registry");
    assert.deepEqual(stages.value.get("inttest")?.routes, []);
    assert.deepEqual(stages.value.get("extest")?.routes, [["inttest"]]);
    assert.deepEqual(stages.value.get("prod")?.from, ["hotfix", "extest", "loadtest"]);
    assert.deepEqual(stages.value.get("prod")?.routes, [["hotfix"], ["extest", "loadtest"]]);
  });

  it("names a stage once among the sources that several ways lead through", () => {
    const text = `stages:
  a: { from: registry }
  b: { from: registry }
  c: { from: registry }
  d: { from: [{ allOf: [a, b] }, { allOf: [a, c] }], gate: { promoters: [qa] } }
`;
    const stages = parse(text);
    assert.ok(stages.kind === "accepted", JSON.stringify(stages));
    assert.deepEqual(stages.value.get("d")?.from, ["a", "b", "c"]);
  });

  it("finds a circle that leads through an allOf", () => {
    const text = `stages:
  a: { from: registry }
  b: { from: [a, c], gate: { promoters: [qa] } }
  c: { from: [{ allOf: [a, d] }], gate: { promoters: [qa] } }
  d: { from: [{ allOf: [b] }], gate: { promoters: [qa] } }
`;
    const stages = parse(text);
    assert.ok(stages.kind === "refused");
    assert.deepEqual(codes(stages.refusals), ["circular-stages"]);
  });

  it("reads the rules of a gate; four eyes unless said otherwise", () => {
    const stages = parse(TEXT);
    assert.ok(stages.kind === "accepted");
    assert.deepEqual(stages.value.get("prod")?.gate, {
      promoters: ["release-managers"],
      rollback: ["deployers"],
      approvals: {
        count: 2,
        groups: ["release-managers", "operations"],
        fourEyes: true,
        expireAfterSeconds: 7 * 86_400,
      },
      soakSeconds: 86_400,
      free: ["replicas"],
    });
    assert.deepEqual(stages.value.get("extest")?.gate, {
      promoters: ["release-managers"],
      rollback: [],
      approvals: undefined,
      soakSeconds: 0,
      free: [],
    });
    assert.equal(stages.value.get("inttest")?.gate, undefined);
  });

  it("asks a disruption budget of gated stages, unless said otherwise", () => {
    const stages = parse(TEXT);
    assert.ok(stages.kind === "accepted");
    assert.deepEqual(stages.value.get("prod")?.availability, { minReplicas: 2, disruptionBudget: true });
    assert.deepEqual(stages.value.get("inttest")?.availability, { minReplicas: 1, disruptionBudget: false });
    const without = parse(TEXT.replace("minReplicas: 2", "disruptionBudget: false"));
    assert.ok(without.kind === "accepted");
    assert.deepEqual(without.value.get("prod")?.availability, { minReplicas: 1, disruptionBudget: false });
  });

  it("gates a stage that the registry feeds where it has a gate", () => {
    const stages = parse(TEXT.replace("from: registry", "from: registry, gate: { promoters: [developers] }"));
    assert.ok(stages.kind === "accepted");
    assert.ok(stages.value.get("inttest")?.gated);
  });

  for (const [name, [from, to, expected]] of Object.entries({
    "an unknown source": ["from: [inttest]", "from: [intest]", ["unknown-stage"]],
    "a stage that is its own source": ["from: [inttest]", "from: [extest]", ["unknown-stage"]],
    "an unknown stage among several": ["from: [extest]", "from: [{ allOf: [inttest, extst] }]", ["unknown-stage"]],
    "a stage that is among its own sources": ["from: [extest]", "from: [{ allOf: [extest, prod] }]", ["unknown-stage"]],
    "a stage twice in one allOf": ["from: [extest]", "from: [{ allOf: [extest, extest] }]", ["repeated-stage"]],
    "a stage twice": ["from: [extest]", "from: [extest, extest]", ["idle-route"]],
    "both where one suffices": ["from: [extest]", "from: [extest, { allOf: [inttest, extest] }]", ["idle-route"]],
    "the registry among stages": ["from: [extest]", "from: [extest, registry]", ["registry-among-stages"]],
    "the registry in an allOf": ["from: [extest]", "from: [{ allOf: [registry] }]", ["registry-among-stages"]],
    "an allOf of nothing": ["from: [extest]", "from: [{ allOf: [] }]", ["invalid-value"]],
    "a way that is neither a stage nor allOf": ["from: [extest]", "from: [{ anyOf: [extest] }]", ["invalid-value"]],
    "a list in a list": ["from: [extest]", "from: [[extest]]", ["invalid-value"]],
    "a stage named registry": ["inttest: {", "registry: {", ["reserved-name", "unknown-stage"]],
    "no source": ["from: [inttest]", "from: []", ["invalid-value"]],
    "a missing source": ["from: [inttest], ", "", ["missing-key"]],
    "an unknown key": ["from: [inttest]", "frm: x, from: [inttest]", ["unknown-key"]],
    "a cluster that is no uid": ["4b3c1c9e", "x", ["invalid-value"]],
    "no gate where the registry does not feed": [", gate: { promoters: [release-managers] }", "", ["missing-gate"]],
    "a gate without rules": ["gate: { promoters: [release-managers] }", "gate: {}", ["missing-key"]],
    "rollbacks by nobody": ["rollback: [deployers]", "rollback: []", ["invalid-value"]],
    "a gate without promoters": ["promoters: [release-managers] }", "promoters: [] }", ["invalid-value"]],
    "a group that is named twice": ["[release-managers, operations]", "[operations, operations]", ["invalid-value"]],
    "a rule that it does not know": ["soak: 24h", "soack: 24h", ["unknown-key"]],
    "no approvals where some are asked": ["count: 2", "count: 0", ["invalid-value"]],
    "approvals by nobody": [", groups: [release-managers, operations]", "", ["missing-key"]],
    "a length of time without unit": ["soak: 24h", "soak: 24", ["invalid-value"]],
    "a free setting that is not one": ["free: [replicas]", "free: [env]", ["invalid-value"]],
    "no replicas": ["minReplicas: 2", "minReplicas: 0", ["invalid-value"]],
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
  it("takes no empty name for the name of a stage to be added", () => {
    const stages = parse(TEXT);
    assert.ok(stages.kind === "accepted");
    const found = findStage(stages.value, "", "stages.yaml");
    assert.ok(found.kind === "refused");
    assert.deepEqual(
      found.refusals.map(({ found: what, action }) => [what, action]),
      [["an empty name", "name one of these"]],
    );
  });

  it("suggests the stage that was probably meant", () => {
    const stages = parse(TEXT);
    assert.ok(stages.kind === "accepted");
    assert.equal(findStage(stages.value, "prod", "f").kind, "accepted");
    const none = findStage(stages.value, "pord", "f");
    assert.ok(none.kind === "refused");
    assert.match(none.refusals[0]?.found ?? "", /"prod"/);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { statusToJson } from "../../../src/cli/status/status-json.ts";
import { renderStatus, renderStatusMarkdown } from "../../../src/cli/status/status-text.ts";
import { widthOf } from "../../../src/cli/text-table.ts";
import type { Digest } from "../../../src/model/digest.ts";
import type { Cell, StatusReport } from "../../../src/delivery/status/status-report.ts";
import { prod } from "../../delivery/coverage/sample-court.ts";
import { DIGEST, inttest } from "../../model/sample-stage.ts";

const DAY = 24 * 3_600_000;
const pin = {
  ...{ identity: "x", version: "1.4.2", image: `registry.example.com/portal:1.4.2@${DIGEST}`, revision: undefined },
  ...{ chart: `oci://registry.example.com/charts/web:1.0.0@${DIGEST}`, createdMs: undefined },
};
const cell: Cell = {
  ...{ state: "pinned", pin, age: { since: "created", ms: 54 * DAY }, schemaLevel: undefined, behind: undefined },
  ...{ sources: [], coverage: { kind: "no-gate" }, holds: [], clusterHolds: [], deployed: undefined },
};
const hold = { on: "portal", reason: "broken", by: "ada@example.com", untilMs: undefined, images: undefined };
const waiting: Cell = {
  ...cell,
  behind: { stage: "preprod", behind: { kind: "versions", count: 2 } },
  coverage: { kind: "waiting", approvals: { given: 1, needed: 2 }, reasons: [] },
  holds: [hold],
};
const column = { refusals: [], against: [], holds: [], notes: [] };
const baseline: StatusReport = {
  verified: false,
  stages: [
    { ...column, definition: inttest },
    { ...column, definition: prod },
  ],
  applications: [{ name: "portal", cells: [cell, waiting] }],
};

function withStages(count: number): StatusReport {
  const stages = Array.from({ length: count }, (_, index) => ({
    ...column,
    definition: { ...prod, name: `stage-${index}` },
  }));
  return { ...baseline, stages, applications: [{ name: "portal", cells: stages.map(() => waiting) }] };
}

function linesOf(report: StatusReport, width: number): readonly string[] {
  return renderStatus(report, width).split("\n");
}

describe("the text of status", () => {
  it("says everything in words", () => {
    assert.deepEqual(linesOf(baseline, 80), [
      "application  inttest            prod",
      "             registry, no gate  from preprod",
      "-----------  -----------------  ----------------------------------------------",
      "portal       1.4.2  54d         1.4.2  54d",
      "                                waiting for approvals (1 of 2), 2 behind, held",
      "",
      "held: portal in prod: broken, by ada@example.com",
      "",
      "Coverage is what the documents say; no signature was verified: --verify does",
      "that.",
    ]);
  });

  it("says once what stands against several stages alike", () => {
    const refusal = {
      code: "no-anchor",
      place: { path: "ANCHOR" },
      found: "no anchor",
      expected: "one",
      action: "set it",
    };
    const stages = baseline.stages.map((stage) => ({ ...stage, against: [refusal] }));
    const text = linesOf({ ...baseline, stages }, 120).join("\n");
    assert.equal(text.match(/no anchor/g)?.length, 1);
    assert.match(text, /inttest, prod are refused/);
  });

  for (const width of [40, 80, 200]) {
    it(`fits a terminal of ${width} columns, every stage once`, () => {
      const lines = linesOf(withStages(6), width);
      for (const line of lines) assert.ok(widthOf(line) <= width, line);
      const text = lines.join("\n");
      for (let index = 0; index < 6; index++) assert.equal(text.split(`stage-${index}`).length, 3, `stage-${index}`);
      assert.equal(text.match(/^application/gm)?.length, width === 40 ? 6 : width === 80 ? 2 : 1);
    });
  }

  it("never is wider than the terminal, whatever people wrote", () => {
    const words = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(words, words, fc.integer({ min: 20, max: 120 }), (reason, by, width) => {
        const held = { ...waiting, holds: [{ ...hold, reason, by }] };
        const report = { ...baseline, applications: [{ name: "portal", cells: [cell, held] }] };
        for (const line of linesOf(report, width)) assert.ok(widthOf(line) <= width, line);
      }),
    );
  });

  it("says why a stage cannot be read and shows the others", () => {
    const refusal = {
      code: "x",
      place: { file: "Pulumi.prod.yaml", line: 3, column: 1 },
      found: "a bad value",
      expected: "",
      action: "",
    };
    const [first, second] = baseline.stages;
    assert.ok(first !== undefined && second !== undefined);
    const unknown: Cell = { ...cell, state: "unknown", pin: undefined, age: undefined };
    const report: StatusReport = {
      ...baseline,
      stages: [first, { ...second, refusals: [refusal, { ...refusal, found: "another" }] }],
      applications: [{ name: "portal", cells: [cell, unknown] }],
    };
    const text = renderStatus(report, 200);
    assert.match(text, /portal +1\.4\.2 {2}54d +\?/);
    assert.match(
      text,
      /prod cannot be read: Pulumi\.prod\.yaml:3:1: a bad value \(and 1 more: npm run check -- prod\)/,
    );
  });

  it("says that signatures were not verified, unless they were, or no stage has a gate", () => {
    assert.doesNotMatch(renderStatus({ ...baseline, verified: true }, 80), /--verify/);
    const [first] = baseline.stages;
    assert.ok(first !== undefined);
    const ungated = { ...baseline, stages: [first], applications: [{ name: "portal", cells: [cell] }] };
    assert.doesNotMatch(renderStatus(ungated, 80), /--verify/);
  });

  it("names what is not pinned, disabled, from elsewhere or not deployed", () => {
    const cells: readonly Cell[] = [
      { ...cell, state: "not pinned", pin: undefined, age: undefined },
      { ...cell, state: "disabled" },
      { ...cell, behind: { stage: "extest", behind: { kind: "elsewhere" } } },
      { ...cell, behind: { stage: "extest", behind: { kind: "at-least-one" } } },
      { ...cell, deployed: { kind: "other-version", version: "1.4.1" } },
      { ...cell, coverage: { kind: "not-covered", reasons: [] } },
    ];
    const text = renderStatus({ ...withStages(6), applications: [{ name: "portal", cells }] }, 200);
    for (const part of [" - ", "disabled", "not from extest", "1+ behind", "NOT deployed (1.4.1 runs)", "NOT covered"])
      assert.ok(text.includes(part), `${part}\n${text}`);
  });

  it("tells a hold of the version that is there from one of another", () => {
    const cells = (digest: string) => [cell, { ...waiting, holds: [{ ...hold, images: [digest as Digest] }] }];
    const shown = (digest: string) =>
      renderStatus({ ...baseline, applications: [{ name: "portal", cells: cells(digest) }] }, 200);
    const own = pin.image.slice(pin.image.indexOf("sha256:"));
    assert.match(shown(own), /, held/);
    assert.match(shown(`sha256:${"f".repeat(64)}`), /another version held/);
    assert.match(shown(own), /held: portal \(0123456789ab alone\) in prod/);
  });

  it("says of a version that the cluster remembers where it is held, once where the file says so as well", () => {
    const image = pin.image.slice(pin.image.indexOf("sha256:")) as Digest;
    const other = `sha256:${"f".repeat(64)}` as Digest;
    const placed = {
      ...{ application: "portal", image, reference: pin.image, reason: "crashed", by: "deploy" },
      sinceMs: Date.parse("2026-11-20T10:00:00Z"),
    };
    const shown = (changed: Partial<Cell>): string =>
      renderStatus({ ...baseline, applications: [{ name: "portal", cells: [cell, { ...cell, ...changed }] }] }, 200);
    const held = shown({ clusterHolds: [placed] });
    assert.match(held, /54d\n +held in the cluster/);
    const remark =
      "held in the cluster: portal (0123456789ab alone) in prod: crashed, by deploy, since 2026-11-20 10:00";
    assert.ok(held.includes(remark), held);
    assert.match(shown({ clusterHolds: [{ ...placed, image: other }] }), /another version held/);
    const both = shown({ clusterHolds: [placed], holds: [{ ...hold, images: [image] }] });
    assert.doesNotMatch(both, /in the cluster/);
  });

  it("is a table in markdown, with the same words", () => {
    const odd = { ...waiting, holds: [{ ...hold, reason: "a | b" }] };
    const report = { ...baseline, applications: [{ name: "portal", cells: [cell, odd] }] };
    const lines = renderStatusMarkdown(report).split("\n");
    assert.equal(lines[0], "| application | inttest<br>registry, no gate | prod<br>from preprod |");
    assert.equal(lines[2], "| portal | 1.4.2  54d | 1.4.2  54d<br>waiting for approvals (1 of 2), 2 behind, held |");
    assert.ok(lines.includes("- held: portal in prod: a &#124; b, by ada&#64;example.com"), lines.join("\n"));
  });

  it("has digests and every hold in JSON", () => {
    const found = JSON.parse(JSON.stringify(statusToJson(baseline))) as ReturnType<typeof statusToJson>;
    const prodCell = found.applications[0]?.stages["prod"];
    assert.ok(prodCell !== undefined);
    assert.equal(prodCell.image, pin.image);
    assert.deepEqual(prodCell.holds, [
      { on: "portal", reason: "broken", by: "ada@example.com", until: null, images: null },
    ]);
    assert.deepEqual(prodCell.age, { since: "created", seconds: (54 * DAY) / 1000 });
  });
});

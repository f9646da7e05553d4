import assert from "node:assert/strict";
import fc from "fast-check";
import { diffToJson } from "../../../src/cli/diff/diff-json.ts";
import { renderDiff, renderDiffMarkdown } from "../../../src/cli/diff/diff-text.ts";
import { widthOf } from "../../../src/cli/text-table.ts";
import type {
  ApplicationDifference,
  StageDifference,
  VersionSide,
} from "../../../src/delivery/status/stage-difference.ts";
import type { Digest } from "../../../src/model/digest.ts";
import { DIGEST } from "../../model/sample-stage.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const OTHER = `sha256:${"f".repeat(64)}`;
const side: VersionSide = {
  image: `registry.example.com/ehealth/portal:2.3.0@${DIGEST}`,
  chart: `oci://registry.example.com/charts/web:2.1.0@${DIGEST}`,
  revision: "0123456789abcdef0123",
  createdMs: NOW - 3 * 24 * 3_600_000,
  schemaLevel: 4,
  hold: undefined,
};
const equal: ApplicationDifference = {
  name: "portal",
  kind: "equal",
  left: side,
  right: side,
  version: [],
  settings: [],
};
const view = { all: false, nowMs: NOW };

function of(...applications: readonly ApplicationDifference[]): StageDifference {
  return { left: "preprod", right: "prod", applications };
}

describe("the text of diff", () => {
  it("says what is held, and which versions", () => {
    const hold = { on: "portal", reason: "crashed", by: "robot", untilMs: undefined, images: [OTHER as Digest] };
    const one: ApplicationDifference = {
      ...equal,
      kind: "differs",
      version: ["schema level"],
      right: { ...side, hold },
    };
    const text = renderDiff(of(one), view, 120);
    assert.match(text, /held +- +crashed \(f+ alone\)/);
    const [first] = diffToJson(of(one)).applications;
    assert.deepEqual(first?.right?.hold, { reason: "crashed", by: "robot", until: null, images: [OTHER] });
    assert.equal(first.left?.hold, null);
  });

  it("shows the two stages side by side", () => {
    const right = { ...side, image: side.image.replace("2.3.0", "2.2.0"), schemaLevel: 3 };
    const settings = [{ path: "env.LOG_LEVEL", left: "debug", right: undefined }];
    const one: ApplicationDifference = {
      ...equal,
      kind: "differs",
      right,
      version: ["image", "schema level"],
      settings,
    };
    assert.deepEqual(renderDiff(of(one), view, 80).split("\n"), [
      "application                 preprod    prod",
      "-----------  -------------  ---------  ---------",
      "portal       version        2.3.0  3d  2.2.0  3d",
      "             schema level   4          3",
      "             env.LOG_LEVEL  debug      -",
      "",
      "1 of 1 applications differ",
    ]);
  });

  it("tells versions apart that have the same tag, or other names", () => {
    const moved = { ...equal, kind: "differs", version: ["image"] } as const;
    const rebuilt = renderDiff(
      of({ ...moved, right: { ...side, image: side.image.replace(DIGEST, OTHER) } }),
      view,
      200,
    );
    assert.match(rebuilt, /2\.3\.0 0123456789ab +3d +2\.3\.0 ffffffffffff/);
    const elsewhere = { ...side, image: side.image.replace("registry.example.com", "mirror.example.com") };
    assert.match(
      renderDiff(of({ ...moved, right: elsewhere }), view, 200),
      /mirror\.example\.com\/ehealth\/portal:2\.3\.0/,
    );
  });

  it("leaves out what is equal, unless asked", () => {
    assert.equal(renderDiff(of(equal), view, 80), "0 of 1 applications differ; 1 the same in both: --all shows them");
    assert.match(renderDiff(of(equal), { ...view, all: true }, 80), /portal +version +2\.3\.0/);
  });

  it("shows what runs in one of the stages alone", () => {
    assert.match(
      renderDiff(of({ ...equal, kind: "only-left", right: undefined }), view, 80),
      /portal +version +2\.3\.0 {2}3d +-/,
    );
  });

  it("is never wider than the terminal, whatever people set", () => {
    const words = fc.option(fc.string({ unit: "grapheme", maxLength: 80 }), { nil: undefined });
    fc.assert(
      fc.property(words, words, fc.integer({ min: 20, max: 200 }), (left, right, width) => {
        const one: ApplicationDifference = { ...equal, kind: "differs", settings: [{ path: "env.A", left, right }] };
        for (const line of renderDiff(of(one), view, width).split("\n")) assert.ok(widthOf(line) <= width, line);
      }),
    );
  });

  it("is a table in markdown, a value of several lines in one of them", () => {
    const settings = [{ path: "env.A", left: "a|b\nc", right: undefined }];
    const found = renderDiffMarkdown(of({ ...equal, kind: "differs", settings }), view).split("\n");
    assert.equal(found[3], "|  | env.A | a&#124;b&#92;nc | - |");
  });

  it("has everything in JSON, what is equal too", () => {
    const found = diffToJson(of(equal));
    assert.equal(found.differs, false);
    assert.equal(found.applications[0]?.left?.image, side.image);
  });
});

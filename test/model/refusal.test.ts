import assert from "node:assert/strict";
import { RefusalError, renderBriefly, renderRefusals, type Place, type Refusal } from "../../src/model/refusal.ts";

function at(place: Place): Refusal {
  return { code: "x", place, found: "one\ntwo", expected: "b", action: "c" };
}

describe("renderRefusals", () => {
  it("says where, what was found, what was expected and what to do", () => {
    assert.equal(
      renderRefusals([at({ file: "f.yaml", line: 3, column: 5, path: "a.b" })]),
      "f.yaml:3:5  a.b\n  found     one\n            two\n  expected  b\n  try       c",
    );
  });

  it("says of what is empty that it is nothing", () => {
    assert.match(renderRefusals([{ ...at({ path: "--to" }), found: "" }]), /^ {2}found {5}nothing$/m);
  });

  it("orders by file, line, column and path, whatever order they came in", () => {
    const places: Place[] = [
      { path: "a" },
      { file: "a.yaml", line: 2, column: 1 },
      { file: "a.yaml", line: 10, column: 1 },
      { file: "a.yaml", line: 10, column: 2 },
      { file: "b.yaml" },
    ];
    assert.equal(renderRefusals(places.toReversed().map(at)), renderRefusals(places.map(at)));
  });

  it("has a short form: a line for each, in the same order, with place and what was found", () => {
    const places: Place[] = [
      { file: "a.yaml", line: 10 },
      { file: "a.yaml", line: 2 },
    ];
    assert.equal(renderBriefly(places.map(at)), "a.yaml:2: one two\na.yaml:10: one two");
  });

  it("is the message of an error that carries the refusals", () => {
    const error = new RefusalError([at({ path: "a" })], 2);
    assert.equal(error.message, renderRefusals(error.refusals));
    assert.equal(error.exitCode, 2);
  });
});

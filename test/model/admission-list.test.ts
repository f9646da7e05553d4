import assert from "node:assert/strict";
import { renderList } from "../../src/model/admission-list.ts";
import { digestOf } from "../../src/model/digest.ts";

describe("renderList", () => {
  const [one, other] = [digestOf("one"), digestOf("other")];

  it("has a line for each digest, which begins with it, and a blank after it", () => {
    const list = new Map([
      [one, "registry.example.com/a:1"],
      [other, `registry.example.com/b@${one}`],
    ]);
    assert.deepEqual(renderList(list).split("\n"), [
      `${one} registry.example.com/a:1`,
      `${other} registry.example.com/b@${one}`,
    ]);
  });

  it("is empty where nothing may run", () => {
    assert.equal(renderList(new Map()), "");
  });
});

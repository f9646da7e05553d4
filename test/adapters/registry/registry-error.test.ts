import assert from "node:assert/strict";
import { quoted, RegistryError, toRefusal } from "../../../src/adapters/registry/registry-error.ts";

describe("toRefusal", () => {
  it("keeps the place, names the reference, and says what to do", () => {
    const place = { file: "Pulumi.inttest.yaml", line: 3, column: 14 };
    const refusal = toRefusal(new RegistryError("unauthorized", "registry.example.com/a:1", "answered 401"), place);
    assert.equal(refusal.code, "registry-unauthorized");
    assert.equal(refusal.place, place);
    assert.match(refusal.found, /registry\.example\.com\/a:1/);
    assert.equal(refusal.action, "docker login registry.example.com");
  });
});

describe("quoted", () => {
  it("lets no control sequence through to a terminal", () => {
    assert.equal(quoted("a\u001b[31mb\r\nc\u202ed"), "a [31mb c d");
  });

  it("cuts long text", () => {
    assert.ok(quoted("a".repeat(10_000)).length < 300);
  });
});

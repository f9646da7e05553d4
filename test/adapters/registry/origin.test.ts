import assert from "node:assert/strict";
import { mayFollow, originOf } from "../../../src/adapters/registry/origin.ts";

describe("originOf", () => {
  for (const registry of ["127.0.0.1:5000", "127.9.8.7", "localhost", "localhost:5000", "[::1]:5000"]) {
    it(`speaks plain HTTP to ${registry}`, () => {
      assert.equal(originOf(registry), `http://${registry}`);
    });
  }
  for (const registry of [
    "registry.example.com",
    "127.0.0.1.example.com:5000",
    "localhost.example.com",
    "127.1:5000",
    "128.0.0.1",
    "10.0.0.1:5000",
    "[::2]:5000",
    "[::ffff:10.0.0.1]",
  ]) {
    it(`demands TLS from ${registry}`, () => {
      assert.equal(originOf(registry), `https://${registry}`);
    });
  }
  it("asks Docker Hub where it answers", () => {
    assert.equal(originOf("docker.io"), "https://registry-1.docker.io");
  });
});

describe("mayFollow", () => {
  for (const [from, to, expected] of [
    ["https://a.example.com", "https://b.example.com", true],
    ["http://127.0.0.1:1", "http://127.0.0.1:2", true],
    ["http://127.0.0.1:1", "https://b.example.com", true],
    ["https://a.example.com", "http://a.example.com", false],
    ["https://a.example.com", "http://127.0.0.1:1", false],
    ["http://127.0.0.1:1", "http://b.example.com", false],
    ["http://127.0.0.1:1", "https://u:p@b.example.com", false],
  ] as const) {
    it(`${expected ? "goes" : "does not go"} from ${from} to ${to}`, () => {
      assert.equal(mayFollow(new URL(from), new URL(to)), expected);
    });
  }
});

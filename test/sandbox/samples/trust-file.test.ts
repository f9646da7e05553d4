import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { parse } from "yaml";
import { withEntry } from "../../../sandbox/samples/trust-file.ts";
import { parseImageKeys } from "../../../src/model/image-keys.ts";
import { keysFor } from "../../../src/model/signer-reach.ts";
import { parseYamlSource } from "../../../src/model/yaml-source.ts";

function publicKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();
}

const entry = {
  name: "sandbox",
  publicKey: publicKey(),
  stages: ["*"],
  repositories: ["127.0.0.1:26400/ehealth/*", "127.0.0.1:26400/charts/*"],
};

describe("withEntry", () => {
  it("writes a file that the trust model reads, for the samples' repositories and no others", () => {
    const source = parseYamlSource("image-keys.yaml", withEntry("", entry));
    assert.ok(source.kind === "accepted");
    const parsed = parseImageKeys(source.value);
    assert.ok(parsed.kind === "accepted");
    for (const [repository, count] of [
      ["127.0.0.1:26400/ehealth/portal", 1],
      ["127.0.0.1:26400/charts/web-service", 1],
      ["127.0.0.1:26401/ehealth/portal", 0],
      ["127.0.0.1:26400/other/portal", 0],
    ] as const) {
      assert.equal(keysFor(parsed.value.keys, "inttest", repository).length, count, repository);
    }
  });

  it("changes no byte where the entry is there", () => {
    // Written in another way than the sandbox would.
    const text = `# mine\nkeys:   ${JSON.stringify([entry])}\n`;
    assert.equal(withEntry(text, entry), text);
  });

  it("replaces the entry of a key that is no longer the sandbox's", () => {
    const text = withEntry(withEntry("", { ...entry, publicKey: publicKey() }), entry);
    assert.deepEqual(parse(text), { keys: [entry] });
  });

  it("keeps other entries and comments", () => {
    const other = { ...entry, name: "stranger", publicKey: publicKey() };
    const text = withEntry(`# mine\n${withEntry("", other)}`, entry);
    assert.ok(text.startsWith("# mine\n"));
    assert.deepEqual(parse(text), { keys: [other, entry] });
  });

  it("keeps a file that lists identities alone", () => {
    const text = "# mine\nidentities:\n  - name: workflow # ours\n";
    const written = withEntry(text, entry);
    assert.ok(written.startsWith(text));
    assert.deepEqual(parse(written), { identities: [{ name: "workflow" }], keys: [entry] });
    assert.equal(withEntry(written, entry), written);
  });

  for (const [what, text] of [
    ["broken YAML", "keys: [\n"],
    ["another shape", "keys: none\n"],
    ["only a comment", "# nothing\n"],
    ["a list", "- 1\n"],
  ] as const) {
    it(`writes the file anew where it holds ${what}`, () => {
      assert.deepEqual(parse(withEntry(text, entry)), { keys: [entry] });
    });
  }
});

import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { stringify } from "yaml";
import { parseImageKeys, type ImageKey, type ImageKeys } from "../../src/model/image-keys.ts";
import { keysFor } from "../../src/model/signer-reach.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { parseYamlSource } from "../../src/model/yaml-source.ts";

const R = "registry.example.com";
const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });

function pem(key: KeyObject): string {
  return key.export({ type: key.type === "public" ? "spki" : "pkcs8", format: "pem" }).toString();
}

const KEY = {
  name: "release",
  publicKey: pem(pair.publicKey),
  stages: ["inttest", "extest"],
  repositories: [`${R}/ehealth/*`, `${R}/charts/**`],
};

function parse(tree: unknown): Outcome<ImageKeys> {
  const source = parseYamlSource("trust/image-keys.yaml", stringify(tree, { aliasDuplicateObjects: false }));
  assert.ok(source.kind === "accepted");
  return parseImageKeys(source.value);
}

function keys(...entries: readonly object[]): readonly ImageKey[] {
  const parsed = parse({ keys: entries });
  assert.ok(parsed.kind === "accepted", JSON.stringify(parsed));
  return parsed.value.keys;
}

describe("parseImageKeys", () => {
  it("reads keys of the kinds that cosign signs bundles with", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
    const parsed = keys(
      KEY,
      { ...KEY, name: "rsa", publicKey: pem(rsa) },
      { ...KEY, name: "p384", publicKey: pem(p384) },
    );
    assert.deepEqual(
      parsed.map(({ name }) => name),
      ["release", "rsa", "p384"],
    );
    assert.match(parsed[0]?.fingerprint ?? "", /^[0-9a-f]{64}$/);
  });

  it("takes an empty list and a key for every stage", () => {
    assert.deepEqual(keys(), []);
    assert.deepEqual(keys({ ...KEY, stages: ["*"] })[0]?.stages, ["*"]);
  });

  const ed25519 = generateKeyPairSync("ed25519").publicKey;
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
  const broken: Readonly<Record<string, readonly [unknown, string]>> = {
    "an unknown key": [{ keys: [{ ...KEY, stage: "inttest" }] }, "unknown-key"],
    "a missing public key": [{ keys: [{ ...KEY, publicKey: undefined }] }, "missing-key"],
    "another tree": [{ keys: "all" }, "invalid-value"],
    "no keys": [{}, "missing-key"],
    "no stages": [{ keys: [{ ...KEY, stages: [] }] }, "invalid-value"],
    "all stages beside one": [{ keys: [{ ...KEY, stages: ["*", "prod"] }] }, "invalid-value"],
    "a pattern of stages": [{ keys: [{ ...KEY, stages: ["int*"] }] }, "invalid-value"],
    "no repositories": [{ keys: [{ ...KEY, repositories: [] }] }, "invalid-value"],
    "a repository without registry": [{ keys: [{ ...KEY, repositories: ["ehealth/app"] }] }, "invalid-value"],
    "all registries": [{ keys: [{ ...KEY, repositories: ["**"] }] }, "invalid-value"],
    "a name used twice": [{ keys: [KEY, KEY] }, "duplicate-key-name"],
    "a name with a line break": [{ keys: [{ ...KEY, name: "a\nb" }] }, "invalid-value"],
    "a private key": [{ keys: [{ ...KEY, publicKey: pem(pair.privateKey) }] }, "private-key"],
    "a certificate": [
      { keys: [{ ...KEY, publicKey: KEY.publicKey.replaceAll("PUBLIC KEY", "CERTIFICATE") }] },
      "not-a-public-key",
    ],
    "two keys in one": [{ keys: [{ ...KEY, publicKey: KEY.publicKey.repeat(2) }] }, "not-a-public-key"],
    "text before the key": [{ keys: [{ ...KEY, publicKey: `x\n${KEY.publicKey}` }] }, "not-a-public-key"],
    "a damaged key": [
      { keys: [{ ...KEY, publicKey: KEY.publicKey.replace(/^[A-Za-z0-9]{10}/m, "AAAAAAAAAA") }] },
      "not-a-public-key",
    ],
    "a key of a kind that cosign writes no bundles with": [
      { keys: [{ ...KEY, publicKey: pem(ed25519) }] },
      "unsupported-key",
    ],
    "a weak key": [{ keys: [{ ...KEY, publicKey: pem(weak) }] }, "weak-key"],
  };
  for (const [what, [tree, code]] of Object.entries(broken)) {
    it(`refuses ${what}`, () => {
      const parsed = parse(tree);
      assert.ok(parsed.kind === "refused");
      assert.deepEqual(
        parsed.refusals.map((refusal) => refusal.code),
        [code],
      );
    });
  }

  it("reports every key that is wrong, with its line", () => {
    const parsed = parse({
      keys: [
        { ...KEY, publicKey: "x" },
        { ...KEY, name: "b", publicKey: "y" },
      ],
    });
    assert.ok(parsed.kind === "refused");
    assert.equal(new Set(parsed.refusals.map(({ place }) => place.line)).size, 2);
  });

  it("never repeats a private key", () => {
    const parsed = parse({ keys: [{ ...KEY, publicKey: pem(pair.privateKey) }] });
    const secret = pem(pair.privateKey).split("\n")[1] ?? "";
    assert.ok(!JSON.stringify(parsed).includes(secret.slice(0, 20)));
  });
});

describe("parseImageKeys, identities", () => {
  const IDENTITY = {
    name: "workflow",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "https://github.com/ehealth/app/.github/workflows/release.yml@refs/heads/main",
    stages: ["inttest"],
    repositories: [`${R}/ehealth/*`],
  };
  const { subject, ...rest } = IDENTITY;

  it("reads identities beside keys, alone, and with a pattern", () => {
    const subjectPattern = subject.replace("heads/main", "tags/*");
    const parsed = parse({ keys: [KEY], identities: [IDENTITY, { ...rest, name: "tags", subjectPattern }] });
    assert.ok(parsed.kind === "accepted", JSON.stringify(parsed));
    assert.deepEqual(
      parsed.value.identities.map((identity) => identity.subject),
      [
        { kind: "exact", subject },
        { kind: "pattern", pattern: subjectPattern },
      ],
    );
    const alone = parse({ identities: [IDENTITY] });
    assert.deepEqual(alone.kind === "accepted" && alone.value.keys, []);
  });

  const broken: Readonly<Record<string, readonly [unknown, string]>> = {
    "neither list": [{}, "missing-key"],
    "no subject": [{ identities: [rest] }, "one-subject"],
    "two subjects": [{ identities: [{ ...IDENTITY, subjectPattern: "https://x/y@refs/tags/*" }] }, "one-subject"],
    "a wildcard in a subject": [{ identities: [{ ...rest, subject: "https://github.com/*" }] }, "invalid-value"],
    "a subject with a space": [{ identities: [{ ...rest, subject: "a b" }] }, "invalid-value"],
    "an issuer without https": [{ identities: [{ ...IDENTITY, issuer: "token.example.com" }] }, "invalid-value"],
    "no issuer": [{ identities: [{ ...IDENTITY, issuer: undefined }] }, "missing-key"],
    "a pattern of repositories": [
      { identities: [{ ...rest, subjectPattern: "https://github.com/*/app@refs/tags/v1" }] },
      "invalid-value",
    ],
    "a pattern of addresses": [{ identities: [{ ...rest, subjectPattern: "*@example.com" }] }, "invalid-value"],
    "a pattern across slashes": [{ identities: [{ ...rest, subjectPattern: "https://x/y@refs/**" }] }, "invalid-value"],
    "the name of a key": [{ keys: [KEY], identities: [{ ...IDENTITY, name: KEY.name }] }, "duplicate-key-name"],
  };
  for (const [what, [tree, code]] of Object.entries(broken)) {
    it(`refuses ${what}`, () => {
      const parsed = parse(tree);
      assert.deepEqual(parsed.kind === "refused" && parsed.refusals.map((refusal) => refusal.code), [code]);
    });
  }
});

describe("keysFor", () => {
  const parsed = keys(KEY, { ...KEY, name: "everywhere", stages: ["*"], repositories: [`${R}/charts/**`] });
  const namesFor = (stage: string, name: string): readonly string[] =>
    keysFor(parsed, stage, name).map((key) => key.name);

  it("gives the keys of the stage and the repository", () => {
    assert.deepEqual(namesFor("inttest", `${R}/ehealth/app`), ["release"]);
    assert.deepEqual(namesFor("inttest", `${R}/charts/web/service`), ["release", "everywhere"]);
    assert.deepEqual(namesFor("prod", `${R}/charts/web/service`), ["everywhere"]);
    assert.deepEqual(namesFor("prod", `${R}/ehealth/app`), []);
    assert.deepEqual(namesFor("inttest", `${R}/ehealth/app/more`), []);
  });

  it("gives no key of a stage for any other stage", () => {
    fc.assert(
      fc.property(fc.string(), (stage) => {
        fc.pre(!KEY.stages.includes(stage));
        assert.deepEqual(namesFor(stage, `${R}/ehealth/app`), []);
      }),
    );
  });
});

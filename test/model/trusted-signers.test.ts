import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { digestOf } from "../../src/model/digest.ts";
import { fingerprintOf } from "../../src/model/public-key.ts";
import { refuseRevoked, trustedSigners, type SignerTrust } from "../../src/model/trusted-signers.ts";

const R = "registry.example.com";
const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const reach = { stages: ["inttest"], repositories: [`${R}/ehealth/*`] };
const fingerprint = fingerprintOf(publicKey);
const trust: SignerTrust = {
  imageKeys: {
    keys: [{ ...reach, name: "release", publicKey, fingerprint }],
    identities: [
      {
        ...reach,
        name: "workflow",
        issuer: "https://issuer.example.com",
        subject: { kind: "exact", subject: "release@example.com" },
      },
    ],
  },
  trustedRoot: "{}",
  revocations: { keys: [], digests: [], statements: [] },
};

function namesFor(given: SignerTrust, stage = "inttest", repository = `${R}/ehealth/app`): readonly string[] {
  const { keys, identities } = trustedSigners(given, stage, repository);
  return [...keys, ...identities].map(({ name }) => name);
}

describe("trustedSigners", () => {
  it("gives the keys and identities of the stage and the repository, and the trusted root", () => {
    assert.deepEqual(namesFor(trust), ["release", "workflow"]);
    assert.equal(trustedSigners(trust, "inttest", `${R}/ehealth/app`).trustedRoot, "{}");
  });

  it("gives none of another stage or repository", () => {
    assert.deepEqual(namesFor(trust, "prod"), []);
    assert.deepEqual(namesFor(trust, "inttest", `${R}/other/app`), []);
    assert.deepEqual(namesFor(trust, "inttest", `evil.${R}/ehealth/app`), []);
  });

  for (const kind of ["left", "compromised"] as const) {
    it(`leaves out a key that is revoked as ${kind}, however its fingerprint is written`, () => {
      for (const written of [fingerprint, fingerprint.toUpperCase()]) {
        const keys = [{ fingerprint: written, kind, sinceMs: 0, reason: "left the supplier" }];
        assert.deepEqual(namesFor({ ...trust, revocations: { ...trust.revocations, keys } }), ["workflow"]);
      }
    });
  }

  it("keeps keys that others' revocations do not name", () => {
    const keys = [{ fingerprint: "00", kind: "compromised", sinceMs: 0, reason: "" } as const];
    assert.deepEqual(namesFor({ ...trust, revocations: { ...trust.revocations, keys } }), ["release", "workflow"]);
  });
});

describe("refuseRevoked", () => {
  it("refuses a revoked digest with its reason, and no other", () => {
    const digests = [{ digest: digestOf("a"), reason: "vulnerable" }];
    const revocations = { ...trust.revocations, digests };
    const refusals = refuseRevoked(revocations, digestOf("a"), { path: "image" });
    assert.deepEqual(
      refusals.map(({ code, place }) => [code, place.path]),
      [["revoked-digest", "image"]],
    );
    assert.match(refusals[0]?.found ?? "", /vulnerable/);
    assert.deepEqual(refuseRevoked(revocations, digestOf("b"), {}), []);
  });
});

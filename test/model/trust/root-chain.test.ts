import assert from "node:assert/strict";
import fc from "fast-check";
import { digestOf } from "../../../src/model/digest.ts";
import type { Outcome } from "../../../src/model/refusal.ts";
import { accepted } from "../../../src/model/refusal.ts";
import { refuseFiles } from "../../../src/model/trust/listed-files.ts";
import { refuseChain, type RootEvidence } from "../../../src/model/trust/root-chain.ts";
import type { ReadRoot, Root } from "../../../src/model/trust/root.ts";
import { REQUIRED_TRUST_FILES } from "../../../src/model/trust/trust-files.ts";
import { refuseNoAnchor, verifyTrustRoot } from "../../../src/model/trust/verify-root.ts";
import { codes, HEX } from "../sample-stage.ts";
import { sampleKey, valueOf } from "./sample-trust.ts";

const FILES = new Map(REQUIRED_TRUST_FILES.map((name) => [name, HEX]));
const PEOPLE = ["ann", "ben", "cid", "dora"] as const;

function evidence(
  version: number,
  owners: readonly string[],
  threshold: number,
  signers: readonly string[],
): RootEvidence {
  const root: Root = {
    version,
    files: FILES,
    rules: new Map(),
    owners: owners.map((principal) => ({ principal, key: sampleKey(principal) })),
    threshold,
  };
  const read: Outcome<ReadRoot> = accepted({ root, digest: digestOf(String(version)) });
  return {
    version,
    file: `trust/root/${version}.json`,
    read,
    signatures: signers.map((signer, index) => ({
      file: `trust/root/${version}.${index + 1}.sig`,
      check: { kind: "valid" as const, fingerprint: sampleKey(signer).fingerprint },
    })),
  };
}

const anchor = { version: 1, digest: digestOf("1") };
const found = { trustFolder: "trust", files: FILES, rules: new Map<string, string>() };
const first = evidence(1, ["ann", "ben"], 2, []);

describe("verifyTrustRoot", () => {
  it("accepts a root that enough owners of both roots signed", () => {
    const chain = [first, evidence(2, ["ann", "cid"], 1, ["ann", "ben"]), evidence(3, ["dora"], 1, ["cid", "dora"])];
    assert.deepEqual(valueOf(verifyTrustRoot(anchor, chain, found)), { version: 3, digest: digestOf("3") });
  });

  it("names who signed and who is missing", () => {
    const [refusal] = refuseChain(anchor, [first, evidence(2, ["ann"], 1, ["ann"])]);
    assert.equal(refusal?.code, "too-few-signatures");
    assert.match(refusal.found, /ann/);
    assert.match(refusal.expected, /ben/);
  });

  it("counts one owner once, however often they sign", () => {
    const chain = [first, evidence(2, ["ann"], 1, ["ann", "ann", "ann"])];
    assert.deepEqual(codes(refuseChain(anchor, chain)), ["too-few-signatures"]);
  });

  it("never accepts a root without the thresholds of both roots", () => {
    const some = fc.uniqueArray(fc.constantFrom(...PEOPLE), { minLength: 1 });
    fc.assert(
      fc.property(
        some,
        some,
        fc.array(fc.constantFrom(...PEOPLE)),
        fc.nat(3),
        fc.nat(3),
        (before, after, by, one, two) => {
          const [low, high] = [1 + (one % before.length), 1 + (two % after.length)];
          const chain = [evidence(1, before, low, []), evidence(2, after, high, by)];
          const count = (owners: readonly string[]) =>
            owners.filter((owner) => by.some((signer) => signer === owner)).length;
          const enough = count(before) >= low && count(after) >= high;
          assert.equal(verifyTrustRoot(anchor, chain, found).kind, enough ? "accepted" : "refused");
        },
      ),
    );
  });

  it("refuses every file that is not as listed, all at once", () => {
    const root = valueOf(first.read).root;
    const files = new Map([...FILES, ["roles.yaml", "0"], ["trusted_root.json", HEX]]);
    files.delete("adopted.yaml");
    const refusals = refuseFiles(root, { ...found, files, rules: new Map([["policy/x.ts", HEX]]) });
    assert.deepEqual(refusals.map(({ code, place }) => `${code} ${place.file ?? ""}`).toSorted(), [
      "rule-unlisted policy/x.ts",
      "trust-file-changed trust/roles.yaml",
      "trust-file-missing trust/adopted.yaml",
      "trust-file-unlisted trust/trusted_root.json",
    ]);
  });

  it("refuses a file that neither the root nor the folder has", () => {
    const root = { ...valueOf(first.read).root, files: new Map() };
    const refusals = refuseFiles(root, { ...found, files: new Map() });
    assert.deepEqual(
      refusals.map(({ code }) => code),
      REQUIRED_TRUST_FILES.map(() => "trust-file-missing"),
    );
  });
});

describe("refuseNoAnchor", () => {
  it("names the line to set where there is a root", () => {
    assert.ok(refuseNoAnchor("prod", anchor).action.includes(`LOCKSTEP_TRUST_ANCHOR=1@${anchor.digest}`));
    assert.match(refuseNoAnchor("prod", undefined).action, /trust -- init/);
  });
});

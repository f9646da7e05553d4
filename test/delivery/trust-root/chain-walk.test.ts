import assert from "node:assert/strict";
import fc from "fast-check";
import { missingSignatures, walkChain, type RootChain } from "../../../src/delivery/trust-root/chain-walk.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { Anchor } from "../../../src/model/trust/anchor.ts";
import type { Root, RootOwner } from "../../../src/model/trust/root.ts";
import { refuseChain, type RootEvidence } from "../../../src/model/trust/root-chain.ts";
import { sampleKey } from "../../model/trust/sample-trust.ts";

const PEOPLE = ["ann", "ben", "cid"];
const [ANN, BEN, CID] = PEOPLE.map((principal): RootOwner => ({ principal, key: sampleKey(principal) }));

function ownersOf(names: readonly string[]): readonly RootOwner[] {
  return [ANN, BEN, CID].flatMap((one) => (one !== undefined && names.includes(one.principal) ? [one] : []));
}

interface Sample {
  readonly owners: readonly string[];
  readonly threshold: number;
  readonly signers: readonly string[];
}

function evidence({ owners, threshold, signers }: Sample, version: number): RootEvidence {
  const root: Root = { version, files: new Map(), rules: new Map(), owners: ownersOf(owners), threshold };
  return {
    version,
    file: `root/${version}.json`,
    read: { kind: "accepted", value: { root, digest: digestOf(JSON.stringify([version, owners, threshold])) } },
    signatures: signers.map((signer, index) => ({
      file: `root/${version}.${index + 1}.sig`,
      check: { kind: "valid", fingerprint: sampleKey(signer).fingerprint },
    })),
  };
}

const FIRST = { owners: ["ann", "ben"], threshold: 2, signers: ["ann"] };
const SECOND = { owners: ["ann", "cid"], threshold: 1, signers: ["ann", "ben"] };

function walk(samples: readonly Sample[], anchor?: Anchor): RootChain {
  return walkChain(
    anchor,
    samples.map((sample, index) => evidence(sample, index + 1)),
  );
}

/** Counted version, pending version, codes of what is wrong. */
function said({ counted, pending, broken }: RootChain): readonly unknown[] {
  return [counted?.root.version, pending?.root.version, broken.map(({ code }) => code)];
}

describe("walkChain", () => {
  it("finds nothing where there is no root", () => {
    assert.deepEqual(said(walk([])), [undefined, undefined, []]);
  });

  it("leads to the last root that the owners before and its own signed", () => {
    const chain = walk([FIRST, SECOND]);
    assert.deepEqual(said(chain), [2, undefined, []]);
    assert.deepEqual(
      chain.counted?.signers.map(({ principal }) => principal),
      ["ann", "ben"],
    );
  });

  it("takes the first root as it is where no anchor is set, and refuses another where one is", () => {
    const digest = digestOf("another");
    assert.deepEqual(said(walk([{ ...FIRST, signers: [] }])), [1, undefined, []]);
    assert.deepEqual(said(walk([FIRST], { version: 1, digest })), [undefined, undefined, ["anchor-digest-differs"]]);
    assert.deepEqual(said(walk([], { version: 1, digest })), [undefined, undefined, ["anchor-root-missing"]]);
  });

  it("says that the last root waits for signatures, with who is missing for which threshold", () => {
    const { counted, pending } = walk([FIRST, { ...SECOND, signers: ["ben"] }]);
    assert.ok(counted !== undefined && pending !== undefined);
    assert.deepEqual(
      missingSignatures(counted.root, pending).map(({ whose, count, of }) => [
        whose,
        count,
        of.map(({ principal }) => principal),
      ]),
      [
        ["before", 1, ["ann"]],
        ["itself", 1, ["ann", "cid"]],
      ],
    );
  });

  it("is broken where a root that lacks signatures has a successor: signing does not mend that", () => {
    assert.deepEqual(said(walk([FIRST, { ...SECOND, signers: [] }, SECOND])), [
      1,
      undefined,
      ["too-few-signatures", "too-few-signatures"],
    ]);
  });

  it("is broken where a signature is none of the root's", () => {
    const invalid = evidence(SECOND, 2);
    const signatures = [{ file: "root/2.3.sig", check: { kind: "invalid", reason: "other bytes" } as const }];
    const roots = [evidence(FIRST, 1), { ...invalid, signatures: [...invalid.signatures, ...signatures] }];
    assert.deepEqual(said(walkChain(undefined, roots)), [1, undefined, ["invalid-root-signature"]]);
  });

  it("is broken at a gap", () => {
    const roots = [evidence(FIRST, 1), evidence(SECOND, 3)];
    assert.deepEqual(said(walkChain(undefined, roots)), [1, undefined, ["root-gap"]]);
  });

  it("counts a chain exactly where `refuseChain` has nothing against it, and then signing is not missing", () => {
    const names = fc.subarray(PEOPLE);
    const sample = fc.record({
      owners: fc.subarray(PEOPLE, { minLength: 1 }),
      threshold: fc.integer({ min: 1, max: 2 }),
      signers: names,
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 4 }), (samples) => {
        const roots = samples.map((one, index) => evidence(one, index + 1));
        const first = roots[0]?.read;
        assert.ok(first?.kind === "accepted");
        const anchor = { version: 1, digest: first.value.digest };
        const { chain, counted, pending, broken } = walkChain(anchor, roots);
        const whole = refuseChain(anchor, roots).length === 0;
        assert.equal(counted?.root.version === roots.length, whole);
        assert.equal(pending === undefined && broken.length === 0, whole);
        assert.deepEqual(refuseChain(anchor, roots.slice(0, chain.length)), []);
        if (pending !== undefined && counted !== undefined)
          assert.notDeepEqual(missingSignatures(counted.root, pending), []);
      }),
    );
  });
});

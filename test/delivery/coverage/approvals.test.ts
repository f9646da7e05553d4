import assert from "node:assert/strict";
import fc from "fast-check";
import { countPeople, type Signer } from "../../../src/delivery/coverage/people.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { RevokedKey } from "../../../src/model/trust/revocations.ts";
import type { Trust } from "../../../src/model/trust/trust.ts";
import { ADA, baseline, BEN, CAT, codesOf, DAN, gate, HOUR, signed, T0, trust, valid } from "./sample-court.ts";

type Approvers = NonNullable<Parameters<typeof signed>[1]>;

const first = baseline();
const EVE = { principal: "eve@example.com", fingerprint: "SHA256:eve" };
const byBen = { by: BEN, role: "release-managers" };

function approvedBy(...approvers: Approvers): string[] {
  return codesOf({ statements: [signed(first, approvers)] });
}

function withKeys(...keys: readonly RevokedKey[]): Trust {
  return { ...trust, revocations: { ...trust.revocations, keys } };
}

function withRoles(
  group: string,
  ...members: readonly { principal: string; sinceMs: number; untilMs: number | undefined }[]
): Trust {
  return { ...trust, roles: new Map([...trust.roles, [group, members]]) };
}

describe("approvals", () => {
  it("count when two people other than the promoter gave them", () => {
    assert.deepEqual(approvedBy(byBen, { by: CAT }), []);
    assert.deepEqual(approvedBy({ by: CAT }, { by: DAN }), []);
  });

  for (const [what, approvers] of Object.entries({
    "of nobody": [],
    "of one person": [byBen],
    "of one person twice": [byBen, byBen],
    "by the promoter and one more": [{ by: ADA, role: "release-managers" }, byBen],
    "by one person with two keys": [{ by: CAT }, { by: CAT, signature: valid({ ...CAT, fingerprint: "SHA256:cat2" }) }],
    "by one key under two names": [
      { by: CAT },
      { by: DAN, signature: valid({ ...DAN, fingerprint: CAT.fingerprint }) },
    ],
    "by the promoter's key under another name": [
      { by: CAT, signature: valid({ ...CAT, fingerprint: ADA.fingerprint }) },
      byBen,
    ],
    "by a promoter with another key": [
      { by: ADA, role: "release-managers", signature: valid({ ...ADA, fingerprint: "SHA256:x" }) },
      byBen,
    ],
    "by a stranger": [byBen, { by: EVE }],
    "of another group": [byBen, { by: CAT, role: "auditors" }],
    "in the name of a group that the approver is not in": [byBen, { by: CAT, role: "release-managers" }],
    "before the statement": [byBen, { by: CAT, atMs: T0 - 1000 }],
    "of another statement": [byBen, { by: CAT, fields: { statement: digestOf("other") } }],
    "for another stage": [byBen, { by: CAT, fields: { stage: "preprod" } }],
    "for another project": [byBen, { by: CAT, fields: { project: "other" } }],
    "with a signature that is not valid": [byBen, { by: CAT, signature: { kind: "invalid", reason: "no" } }],
    "signed by another principal than they name": [byBen, { by: CAT, signature: valid(DAN) }],
  } satisfies Record<string, Approvers>)) {
    it(`do not count ${what}`, () => {
      assert.deepEqual(approvedBy(...approvers), ["not-approved"]);
    });
  }

  it("may be the promoter's where the gate does not ask for four eyes", () => {
    const rule = {
      ...gate,
      approvals: { count: 2, groups: ["release-managers"], fourEyes: false, expireAfterSeconds: undefined },
    };
    const statements = [signed(first, [{ by: ADA, role: "release-managers" }, byBen])];
    assert.deepEqual(codesOf({ gate: rule, statements }), []);
  });

  it("count of who was a member then, whatever happened since", () => {
    const left = withRoles("operations", { principal: CAT.principal, sinceMs: T0 - HOUR, untilMs: T0 + 2 * HOUR });
    assert.deepEqual(codesOf({ trust: left }), []);
    const before = withRoles("operations", { principal: CAT.principal, sinceMs: T0 + 2 * HOUR, untilMs: undefined });
    const after = withRoles("operations", { principal: CAT.principal, sinceMs: 0, untilMs: T0 + HOUR });
    assert.deepEqual(codesOf({ trust: before }), ["not-approved"]);
    assert.deepEqual(codesOf({ trust: after }), ["not-approved"]);
  });

  it("stand where the key was left later, and never where it is compromised", () => {
    const key = { fingerprint: CAT.fingerprint, reason: "gone" };
    assert.deepEqual(codesOf({ trust: withKeys({ ...key, kind: "left", sinceMs: T0 + 2 * HOUR }) }), []);
    assert.deepEqual(codesOf({ trust: withKeys({ ...key, kind: "left", sinceMs: T0 + HOUR }) }), ["not-approved"]);
    assert.deepEqual(codesOf({ trust: withKeys({ ...key, kind: "compromised", sinceMs: T0 + 99 * HOUR }) }), [
      "not-approved",
    ]);
    const both = withKeys(
      { ...key, kind: "left", sinceMs: T0 + 2 * HOUR },
      { ...key, kind: "compromised", sinceMs: 0 },
    );
    assert.deepEqual(codesOf({ trust: both }), ["not-approved"]);
  });
});

describe("the promoter", () => {
  it("signs with a key that counts", () => {
    const statements = [{ ...signed(first), promoter: { kind: "invalid" as const, reason: "no" } }];
    assert.deepEqual(codesOf({ statements }), ["not-signed-by-promoter"]);
    const other = [{ ...signed(first), promoter: valid(BEN) }];
    assert.ok(codesOf({ statements: other }).includes("not-signed-by-promoter"));
  });

  it("is a member of the gate's promoters at that time", () => {
    const later = withRoles(
      "release-managers",
      { principal: ADA.principal, sinceMs: T0 + 1, untilMs: undefined },
      { principal: BEN.principal, sinceMs: 0, untilMs: undefined },
    );
    assert.deepEqual(codesOf({ trust: later }), ["not-signed-by-promoter"]);
    assert.deepEqual(codesOf({ gate: { ...gate, promoters: ["operations"] } }), ["not-signed-by-promoter"]);
  });

  it("has a key that was not revoked then", () => {
    const key = { fingerprint: ADA.fingerprint, reason: "gone" };
    assert.deepEqual(codesOf({ trust: withKeys({ ...key, kind: "left", sinceMs: T0 + 1 }) }), []);
    assert.deepEqual(codesOf({ trust: withKeys({ ...key, kind: "left", sinceMs: T0 }) }), ["not-signed-by-promoter"]);
    assert.deepEqual(codesOf({ trust: withKeys({ ...key, kind: "compromised", sinceMs: T0 + 9 }) }), [
      "not-signed-by-promoter",
    ]);
  });
});

describe("countPeople", () => {
  const signer = fc.record({
    principal: fc.constantFrom("a", "b", "c", "d"),
    fingerprint: fc.constantFrom("1", "2", "3", "4"),
  });

  it("never counts more than there are names, or keys, whatever their order", () => {
    fc.assert(
      fc.property(fc.array(signer), (signers: readonly Signer[]) => {
        const count = countPeople(signers);
        assert.ok(count <= new Set(signers.map(({ principal }) => principal)).size);
        assert.ok(count <= new Set(signers.map(({ fingerprint }) => fingerprint)).size);
        assert.equal(countPeople(signers.toReversed()), count);
      }),
    );
  });

  it("counts nobody who shares a name or a key with the exception", () => {
    fc.assert(
      fc.property(fc.array(signer), signer, (signers: readonly Signer[], except) => {
        const apart = signers.filter(
          ({ principal, fingerprint }) => principal !== except.principal && fingerprint !== except.fingerprint,
        );
        assert.ok(countPeople(signers, except) <= countPeople(apart));
      }),
    );
  });

  it("counts people with a name and a key of their own", () => {
    assert.equal(countPeople([ADA, BEN, CAT]), 3);
    assert.equal(countPeople([ADA, BEN, CAT], BEN), 2);
  });
});

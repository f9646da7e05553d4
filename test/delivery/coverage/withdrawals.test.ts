import assert from "node:assert/strict";
import fc from "fast-check";
import { allRefusals, decideCoverage } from "../../../src/delivery/coverage/coverage.ts";
import type { DeployedCoverage } from "../../../src/delivery/coverage/deployed.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { SignedStatement } from "../../../src/model/statements/signed-statement.ts";
import type { RevokedKey } from "../../../src/model/trust/revocations.ts";
import type { Trust } from "../../../src/model/trust/trust.ts";
import {
  ADA,
  baseline,
  BEN,
  CAT,
  codesOf,
  DAN,
  HOUR,
  requestOf,
  signed,
  statementOf,
  statesOf,
  T0,
  trust,
  withWithdrawals,
} from "./sample-court.ts";

const first = baseline();
const approved = signed(first);
type Withdrawers = Parameters<typeof withWithdrawals>[1];
const codes = (withdrawers: Withdrawers, one: SignedStatement = approved, more: object = {}) =>
  codesOf({ statements: [withWithdrawals(one, withdrawers)], ...more });
const STATEMENT = { withdraws: "statement" as const, role: "release-managers" };

function revoked(fingerprint: string, kind: RevokedKey["kind"], sinceMs: number): Trust {
  return { ...trust, revocations: { ...trust.revocations, keys: [{ fingerprint, kind, sinceMs, reason: "gone" }] } };
}

describe("an approval that is withdrawn", () => {
  it("counts no longer, whatever else the approver's key or name is used for", () => {
    assert.deepEqual(codes([]), []);
    assert.deepEqual(codes([{}]), ["not-approved"]);
    assert.deepEqual(codes([{ by: { ...CAT, fingerprint: "SHA256:cat-second" } }]), ["not-approved"]);
    assert.deepEqual(codes([{ by: { ...CAT, principal: "cat-other@example.com" } }]), ["not-approved"]);
  });

  it("is nobody's but the approver's", () => {
    assert.deepEqual(codes([{ by: DAN }]), []);
  });

  it("counts again where the same person approves later, and not in the same second", () => {
    const again = (atMs: number) =>
      signed(first, [{ by: BEN, role: "release-managers" }, {}, { atMs: first.whenMs + atMs }]);
    assert.deepEqual(codes([{}], again(2 * HOUR)), ["not-approved"]);
    assert.deepEqual(codes([{}], again(2 * HOUR + 1000)), []);
  });

  it("was withdrawn after it was given, and after the statement", () => {
    assert.deepEqual(codes([{ atMs: first.whenMs + HOUR }]), ["not-approved"]);
    assert.deepEqual(codes([{ atMs: first.whenMs + HOUR - 1000 }]), []);
    assert.deepEqual(codes([{ atMs: first.whenMs - 1000 }]), []);
  });

  it("is withdrawn for this statement, stage and project alone, with a good signature", () => {
    for (const withdrawer of [
      { fields: { statement: digestOf("another") } },
      { fields: { stage: "preprod" } },
      { fields: { project: "another" } },
      { fields: { principal: BEN.principal } },
      { signature: { kind: "invalid" as const, reason: "forged" } },
    ])
      assert.deepEqual(codes([withdrawer]), []);
  });

  it("does not come back because the approver left, or the key is compromised", () => {
    const deployed: DeployedCoverage = { gated: true, root: trust.root, statements: new Map(), nowMs: T0 + 9 * HOUR };
    const enough = signed(first, [{ by: BEN, role: "release-managers" }, {}, { by: DAN, role: "operations" }]);
    assert.deepEqual(codes([{ by: DAN }], enough), []);
    const twice: Withdrawers = [{}, { by: DAN }];
    for (const kind of ["left", "compromised"] as const) {
      for (const one of [{}, { deployed }])
        assert.deepEqual(codes(twice, enough, { trust: revoked(CAT.fingerprint, kind, T0 + 3 * HOUR), ...one }), [
          "not-approved",
        ]);
    }
    // A key that was given up before is a stranger's.
    assert.deepEqual(
      codes([{ by: { ...CAT, fingerprint: "SHA256:given-up" } }], approved, {
        trust: revoked("SHA256:given-up", "left", T0 + HOUR),
      }),
      [],
    );
  });

  it("ends what was deployed as well", () => {
    const statements = new Map([...statesOf().keys()].map((name) => [name, first.digest]));
    const deployed = { gated: true, root: trust.root, statements, nowMs: T0 + 99 * HOUR };
    assert.deepEqual(codes([], approved, { deployed }), []);
    assert.deepEqual(codes([{}], approved, { deployed }), ["not-approved"]);
  });

  it("is named where something is missing, and so is a withdrawal that does not count", () => {
    const found = (withdrawers: Withdrawers, one = approved) =>
      allRefusals(decideCoverage(requestOf({ statements: [withWithdrawals(one, withdrawers)] })))
        .map((refusal) => refusal.found)
        .join();
    assert.match(found([{}]), /approvals\/2\.json: withdrawn by cat@example\.com: second thoughts/);
    const forged = { signature: { kind: "invalid" as const, reason: "forged" } };
    assert.match(found([forged], signed(first, [{}])), /approvals\/101\.json: forged/);
  });
});

describe("a statement that is withdrawn", () => {
  it("counts no longer, by its promoter or any promoter of the gate", () => {
    assert.deepEqual(codes([{ by: ADA, fields: STATEMENT }]), ["withdrawn-statement"]);
    assert.deepEqual(codes([{ by: BEN, fields: STATEMENT }]), ["withdrawn-statement"]);
    assert.deepEqual(codes([{ by: { ...ADA, principal: "ada-other@example.com" }, fields: STATEMENT }]), [
      "withdrawn-statement",
    ]);
  });

  it("is not withdrawn by anybody else", () => {
    assert.deepEqual(codes([{ by: CAT, fields: STATEMENT }]), []);
    assert.deepEqual(codes([{ by: CAT, fields: { ...STATEMENT, role: "operations" } }]), []);
    assert.deepEqual(codes([{ by: ADA, fields: STATEMENT, atMs: first.whenMs - 1000 }]), []);
    assert.deepEqual(codes([{ by: BEN, fields: STATEMENT, signature: { kind: "invalid", reason: "forged" } }]), []);
  });

  it("is not withdrawn by a promoter who withdraws an approval of hers", () => {
    assert.deepEqual(codes([{ by: BEN, fields: { role: "release-managers" } }]), ["not-approved"]);
  });

  it("stays withdrawn when whoever did it has left since", () => {
    const left = revoked(BEN.fingerprint, "left", T0 + 5 * HOUR);
    assert.deepEqual(codes([{ by: BEN, fields: STATEMENT }], approved, { trust: left }), ["withdrawn-statement"]);
    const deployed: DeployedCoverage = { gated: true, root: trust.root, statements: new Map(), nowMs: T0 + 9 * HOUR };
    assert.deepEqual(codes([{ by: BEN, fields: STATEMENT }], approved, { trust: left, deployed }), [
      "not-approved",
      "withdrawn-statement",
    ]);
  });

  it("gives way to one that is stated on top of it", () => {
    const again = statementOf({
      ...{ kind: "change", from: undefined, whenMs: T0 + 5 * HOUR, reason: "again" },
      applications: Object.fromEntries(
        [...statesOf()].map(([name, state]) => [name, { before: state, after: state, previous: first.digest }]),
      ),
    });
    const statements = [withWithdrawals(approved, [{ by: ADA, fields: STATEMENT }]), signed(again)];
    assert.deepEqual(codesOf({ statements }), []);
  });
});

const PEOPLE = [ADA, BEN, CAT, DAN, { principal: "eve@example.com", fingerprint: "SHA256:eve" }];
const person = fc.oneof(
  fc.constantFrom(...PEOPLE),
  // Names that share keys: allowed_signers refuses them, and nothing here may depend on that.
  fc.record({
    principal: fc.constantFrom(...PEOPLE.map(({ principal }) => principal)),
    fingerprint: fc.constantFrom(...PEOPLE.map(({ fingerprint }) => fingerprint)),
  }),
);
const role = fc.constantFrom("release-managers", "operations", "strangers");
const hours = fc.integer({ min: -2, max: 9 }).map((count) => first.whenMs + count * HOUR);
const approver = fc.record({ by: person, role, atMs: hours });
/** Half of them approved without any of it. */
const approvals = fc
  .tuple(fc.boolean(), fc.array(approver, { maxLength: 4 }))
  .map(([enough, more]) => [...(enough ? [{ by: BEN, role: "release-managers" }, {}] : []), ...more]);
const withdrawer = fc.record({
  by: person,
  atMs: hours,
  fields: fc.record(
    { withdraws: fc.constantFrom("approval" as const, "statement" as const), role, stage: fc.constant("preprod") },
    { requiredKeys: ["withdraws", "role"] },
  ),
});

describe("any withdrawal", () => {
  it("never lets more through than there was without it", () => {
    let stopped = 0;
    fc.assert(
      fc.property(approvals, fc.array(withdrawer, { maxLength: 3 }), (approvers, added) => {
        const one = signed(first, approvers);
        const withoutIt = codes([], one);
        const withIt = codes(added, one);
        for (const code of withoutIt) assert.ok(withIt.includes(code), `${code} is gone`);
        if (withoutIt.length === 0 && withIt.length > 0) stopped += 1;
      }),
      { numRuns: 2000 },
    );
    assert.ok(stopped > 20, `${stopped}: the test says little`);
  });

  it("changes nothing where it is not signed by whom it names", () => {
    fc.assert(
      fc.property(
        fc.array(approver, { maxLength: 5 }),
        fc.array(withdrawer, { minLength: 1, maxLength: 3 }),
        (approvers, added) => {
          const forged = added.map((one) => ({ ...one, signature: { kind: "invalid" as const, reason: "forged" } }));
          const one = signed(first, approvers);
          assert.deepEqual(codes(forged, one), codes([], one));
        },
      ),
    );
  });

  it("never lets more through because a key is revoked that signed it", () => {
    fc.assert(
      fc.property(
        fc.array(withdrawer, { maxLength: 3 }),
        fc.constantFrom(...PEOPLE),
        fc.constantFrom("left" as const, "compromised" as const),
        (added, { fingerprint }, kind) => {
          const before = codes(added);
          const after = codes(added, approved, { trust: revoked(fingerprint, kind, T0 + 99 * HOUR) });
          if (after.length === 0) assert.deepEqual(before, []);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

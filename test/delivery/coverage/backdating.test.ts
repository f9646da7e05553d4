import assert from "node:assert/strict";
import type { Digest } from "../../../src/model/digest.ts";
import type { Refusal } from "../../../src/model/refusal.ts";
import { allRefusals, decideCoverage } from "../../../src/delivery/coverage/coverage.ts";
import type { DeployedCoverage } from "../../../src/delivery/coverage/deployed.ts";
import type { Trust } from "../../../src/model/trust/trust.ts";
import { sampleKey } from "../../model/trust/sample-trust.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import {
  ADA,
  baseline,
  BEN,
  CAT,
  codesOf,
  HOUR,
  requestOf,
  signed,
  statementOf,
  statesOf,
  T0,
  trust,
  valid,
  type Case,
} from "./sample-court.ts";

const WARN = withText("LOG_LEVEL: debug", "LOG_LEVEL: warn");
const DAY = 24 * HOUR;
/** When the stage is deployed: people who left did so between what they signed and now. */
const NOW = T0 + 30 * DAY;
const LEFT = T0 + 10 * DAY;
const MINUTE = HOUR / 60;

const first = baseline();
const change = statementOf({
  ...{ kind: "change", from: undefined, whenMs: T0 + DAY },
  applications: {
    appointments: {
      before: statesOf().get("appointments"),
      after: statesOf(WARN).get("appointments"),
      previous: first.digest,
    },
  },
});
const back = statementOf({
  ...{ kind: "rollback", from: undefined, whenMs: T0 + 2 * DAY, restores: first.digest },
  applications: {
    appointments: {
      before: statesOf(WARN).get("appointments"),
      after: statesOf().get("appointments"),
      previous: change.digest,
    },
  },
});
const both = [signed(first), signed(change)];

function under(recorded: Digest | undefined, nowMs = NOW): DeployedCoverage {
  const names = recorded === change.digest ? ["appointments"] : [...statesOf().keys()];
  const statements = new Map(recorded === undefined ? [] : names.map((name) => [name, recorded]));
  // What the others were deployed under stays.
  if (recorded === change.digest) for (const name of ["portal", "status-page"]) statements.set(name, first.digest);
  return { gated: true, root: trust.root, statements, nowMs };
}

function leftKey(fingerprint: string, kind: "left" | "compromised" = "left", sinceMs = LEFT): Trust {
  return { ...trust, revocations: { ...trust.revocations, keys: [{ fingerprint, kind, sinceMs, reason: "gone" }] } };
}

function leftGroup(principal: string, untilMs = LEFT): Trust {
  const roles = [...trust.roles].map(
    ([group, members]) =>
      [group, members.map((one) => (one.principal === principal ? { ...one, untilMs } : one))] as const,
  );
  return { ...trust, roles: new Map(roles) };
}

describe("a statement that was not deployed before", () => {
  const fresh = (more: Case) => codesOf({ text: WARN, statements: both, deployed: under(first.digest), ...more });

  it("passes where all who signed it count now", () => {
    assert.deepEqual(fresh({}), []);
    assert.deepEqual(codesOf({ deployed: under(undefined) }), []);
  });

  for (const [what, left] of Object.entries({ key: leftKey(CAT.fingerprint), membership: leftGroup(CAT.principal) })) {
    it(`does not count an approval of somebody whose ${what} has ended, dated before that`, () => {
      assert.deepEqual(fresh({ trust: left }), ["not-approved"]);
      assert.deepEqual(codesOf({ trust: left, deployed: under(undefined) }), ["not-approved"]);
    });
  }

  for (const [what, left] of Object.entries({ key: leftKey(ADA.fingerprint), membership: leftGroup(ADA.principal) })) {
    it(`is refused where its promoter's ${what} has ended`, () => {
      assert.deepEqual(fresh({ trust: left }), ["not-signed-by-promoter"]);
    });
  }

  it("is judged by the very time of the deployment", () => {
    for (const left of [leftKey(CAT.fingerprint), leftGroup(CAT.principal)]) {
      assert.deepEqual(fresh({ trust: left, deployed: under(first.digest, LEFT - 1) }), []);
      assert.deepEqual(fresh({ trust: left, deployed: under(first.digest, LEFT) }), ["not-approved"]);
    }
  });

  it("does not count a key that has ended by allowed_signers", () => {
    const { text, fingerprint } = sampleKey("cat");
    const line = (end: string) => `${CAT.principal} valid-before="${end}Z" ${text}\n`;
    const approvers = [{ by: BEN, role: "release-managers" }, { signature: valid({ ...CAT, fingerprint }) }];
    const ended = (end: string, recorded = first.digest) => {
      const allowedSigners = { text: line(end), signers: [] };
      const statements = [signed(first), signed(change, approvers)];
      return fresh({ trust: { ...trust, allowedSigners }, statements, deployed: under(recorded) });
    };
    assert.deepEqual(ended("20261130"), ["not-approved"]);
    assert.deepEqual(ended("20261130", change.digest), []);
    assert.deepEqual(ended("20271130"), []);
  });

  it("does not count times that are yet to come, and minds no clock that is a little ahead", () => {
    const at = (ms: number, approvedMs = ms) => {
      const one = statementOf({ whenMs: ms, applications: Object.fromEntries(first.applications) });
      const approvers = [
        { by: BEN, role: "release-managers", atMs: ms },
        { by: CAT, atMs: approvedMs },
      ];
      return codesOf({ statements: [signed(one, approvers)], deployed: under(undefined) });
    };
    assert.deepEqual(at(NOW + 5 * MINUTE), []);
    assert.deepEqual(at(NOW + 6 * MINUTE), ["not-approved", "signed-in-the-future"]);
    assert.deepEqual(at(NOW, NOW + 6 * MINUTE), ["not-approved"]);
  });

  it("says why people who were there then do not count", () => {
    const found = (left: Trust) => {
      const request = requestOf({ text: WARN, statements: both, deployed: under(first.digest), trust: left });
      return allRefusals(decideCoverage(request)).map((refusal: Refusal) => refusal.found);
    };
    assert.match(found(leftGroup(CAT.principal)).join(), /no longer a member of operations: .* not deployed before/);
    assert.match(found(leftKey(ADA.fingerprint)).join(), /given up \(gone\): .* not deployed before/);
  });
});

describe("a statement that was deployed", () => {
  const gone = [leftKey(CAT.fingerprint), leftGroup(CAT.principal), leftKey(ADA.fingerprint), leftGroup(ADA.principal)];

  it("stands a month later, whoever left since", () => {
    for (const left of gone) assert.deepEqual(codesOf({ trust: left, deployed: under(first.digest) }), []);
  });

  it("stands for what continues it, too", () => {
    // Of the other applications the first statement is still the newest.
    const statements = [signed(first), signed(change)];
    for (const left of gone)
      assert.deepEqual(codesOf({ trust: left, statements, text: WARN, deployed: under(change.digest) }), []);
    const recorded = new Map([["appointments", change.digest]]);
    const deployed = { ...under(undefined), statements: recorded };
    for (const left of gone) assert.deepEqual(codesOf({ trust: left, statements, text: WARN, deployed }), []);
  });

  it("lets a rollback to it stand, which somebody signs who counts now", () => {
    const statements = [...both, signed(back, [])];
    assert.deepEqual(codesOf({ trust: leftKey(CAT.fingerprint), statements, deployed: under(change.digest) }), []);
    assert.deepEqual(codesOf({ trust: leftKey(ADA.fingerprint), statements, deployed: under(change.digest) }), [
      "not-signed-by-promoter",
    ]);
  });

  it("does not stand on a compromised key", () => {
    const stolen = leftKey(CAT.fingerprint, "compromised", NOW + DAY);
    assert.deepEqual(codesOf({ trust: stolen, deployed: under(first.digest) }), ["not-approved"]);
  });

  it("may be of a time that is yet to come by this machine's clock", () => {
    assert.deepEqual(codesOf({ deployed: under(first.digest, T0 - DAY) }), []);
  });
});

describe("statements where nobody knows what was deployed", () => {
  it("are judged by the times that are written in them", () => {
    for (const left of [leftKey(CAT.fingerprint), leftGroup(CAT.principal)])
      assert.deepEqual(codesOf({ trust: left, text: WARN, statements: both }), []);
    assert.deepEqual(codesOf({ text: STACK_FILE }), []);
  });
});

import assert from "node:assert/strict";
import { statingGroups } from "../../../src/delivery/coverage/approvals.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import { baseline, BEN, change, codesOf, DAN, gate, ROBOT, signed, trust, type Case } from "./sample-court.ts";

const PORTAL_240 = withText("ehealth/portal:2.3.0", "ehealth/portal:2.4.0");
/** The version of before, with another setting than it ever had. */
const WARN = withText("LOG_LEVEL: debug", "LOG_LEVEL: warn");
const APPOINTMENTS_150 = withText("ehealth/appointments:1.4.2", "ehealth/appointments:1.5.0");

const first = baseline();
const promoted = change("portal", STACK_FILE, PORTAL_240, first, { kind: "promotion", from: "preprod" });
const rollback = (more: object = {}) =>
  change("portal", PORTAL_240, STACK_FILE, promoted, { kind: "rollback", restores: first.digest, ...more });
const byRobot = { who: ROBOT.principal };
const open = { ...gate, approvals: undefined };

describe("a rollback signed by what deploys", () => {
  const after = (one: ReturnType<typeof rollback>, more: Case = {}) =>
    codesOf({ statements: [signed(first), signed(promoted), signed(one, [])], ...more });

  it("stands where it brings back what stands", () => {
    assert.deepEqual(after(rollback(byRobot)), []);
    assert.deepEqual(after(rollback(byRobot), { gate: open }), []);
  });

  it("does not stand where the gate does not name its group", () => {
    assert.deepEqual(after(rollback(byRobot), { gate: { ...gate, rollback: [] } }), ["not-signed-by-promoter"]);
  });

  it("does not stand when it comes from somebody of no group of the gate", () => {
    assert.deepEqual(after(rollback({ who: DAN.principal })), ["not-signed-by-promoter"]);
  });

  it("does not stand where its membership has ended", () => {
    const roles = new Map([...trust.roles, ["deployers", []] as const]);
    assert.deepEqual(after(rollback(byRobot), { trust: { ...trust, roles } }), ["not-signed-by-promoter"]);
  });
});

describe("a rollback to what nobody stated, where no approvals are asked for", () => {
  const moved = change("appointments", STACK_FILE, APPOINTMENTS_150, first, { kind: "promotion", from: "preprod" });
  const back = (who: string) =>
    change("appointments", APPOINTMENTS_150, WARN, moved, { kind: "rollback", restores: first.digest, who });
  const codes = (who: string, of: Case) =>
    codesOf({ statements: [signed(first), signed(moved), signed(back(who), [])], text: WARN, ...of });

  it("needs a promoter", () => {
    assert.deepEqual(codes(ROBOT.principal, { gate: open }), ["rollback-of-a-promoter"]);
    assert.deepEqual(codes(BEN.principal, { gate: open }), []);
  });

  it("needs the approvals where the gate asks for them, whoever signed it", () => {
    for (const { principal } of [ROBOT, BEN]) assert.deepEqual(codes(principal, {}), ["not-approved"]);
    const approved = [signed(first), signed(moved), signed(back(ROBOT.principal))];
    assert.deepEqual(codesOf({ statements: approved, text: WARN }), []);
  });

  it("needs a promoter as well where what it restores was revoked", () => {
    const revocations = { ...trust.revocations, statements: [{ digest: first.digest, reason: "wrong" }] };
    const codesBy = (who: string) =>
      codesOf({
        ...{ statements: [signed(first), signed(promoted), signed(rollback({ who }), [])], gate: open },
        trust: { ...trust, revocations },
      });
    assert.ok(codesBy(ROBOT.principal).includes("rollback-of-a-promoter"));
    assert.ok(!codesBy(BEN.principal).includes("rollback-of-a-promoter"));
  });
});

describe("what deploys", () => {
  for (const kind of ["promotion", "change", "hot-fix"] as const) {
    it(`signs no ${kind}`, () => {
      const spec = { kind, ...(kind === "change" ? {} : { from: "preprod" }), ...byRobot };
      const [text, name] = kind === "change" ? [WARN, "appointments"] : [PORTAL_240, "portal"];
      const one = change(name, STACK_FILE, text, first, spec);
      assert.deepEqual(codesOf({ statements: [signed(first), signed(one)], text }), ["not-signed-by-promoter"]);
    });
  }

  it("is named for rollbacks alone", () => {
    assert.deepEqual(statingGroups(gate, "rollback"), ["release-managers", "deployers"]);
    for (const kind of ["promotion", "change", "hot-fix"] as const)
      assert.deepEqual(statingGroups(gate, kind), ["release-managers"]);
  });
});

import assert from "node:assert/strict";
import { digestOf, type Digest } from "../../../src/model/digest.ts";
import { decideCoverage } from "../../../src/delivery/coverage/coverage.ts";
import type { Transition } from "../../../src/model/statements/statement.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import { baseline, BEN, change, codesOf, requestOf, signed, statesOf, trust, type Case } from "./sample-court.ts";

const first = baseline();
const INFO = STACK_FILE;
const WARN = withText("LOG_LEVEL: debug", "LOG_LEVEL: warn");
const PORTAL_240 = withText("ehealth/portal:2.3.0", "ehealth/portal:2.4.0");

describe("coverage of a rollback", () => {
  const promoted = change("portal", INFO, PORTAL_240, first, { kind: "promotion", from: "preprod" });
  const rollback = (restores: Digest, more: object = {}) =>
    change("portal", PORTAL_240, INFO, promoted, { kind: "rollback", restores, ...more });
  const chain = [signed(first), signed(promoted)];

  it("needs no new approval for what an earlier statement approved", () => {
    assert.deepEqual(codesOf({ statements: [...chain, signed(rollback(first.digest), [])] }), []);
  });

  it("still needs its promoter", () => {
    const unsigned = { ...signed(rollback(first.digest), []), promoter: { kind: "invalid" as const, reason: "no" } };
    assert.deepEqual(codesOf({ statements: [...chain, unsigned] }), ["not-signed-by-promoter"]);
  });

  it("needs approvals where the earlier statement was revoked, and passes with them", () => {
    const revocations = { ...trust.revocations, statements: [{ digest: first.digest, reason: "wrong" }] };
    const withRevoked: Case = {
      trust: { ...trust, revocations },
      desired: new Map([...statesOf()].filter(([name]) => name === "portal")),
    };
    const only = (approvers?: []) => {
      const request = requestOf({ ...withRevoked, statements: [...chain, signed(rollback(first.digest), approvers)] });
      const chains = new Map([...request.chains].filter(([name]) => name === "portal"));
      return [...decideCoverage({ ...request, chains }).applications.values()].flat().map(({ code }) => code);
    };
    assert.deepEqual(only([]), ["not-approved"]);
    assert.deepEqual(only(), []);
  });

  it("needs approvals where the earlier statement had not enough of them", () => {
    const weak = [signed(first, [{ by: BEN, role: "release-managers" }]), signed(promoted)];
    const codes = codesOf({ statements: [...weak, signed(rollback(first.digest), [])] });
    assert.ok(codes.includes("not-approved"));
  });

  it("is refused for another state than the restored one, and for a statement of no chain, whoever approved it", () => {
    assert.deepEqual(codesOf({ statements: [...chain, signed(rollback(promoted.digest))] }), ["wrong-restores"]);
    assert.deepEqual(codesOf({ statements: [...chain, signed(rollback(digestOf("none")))] }), ["wrong-restores"]);
  });

  it("needs approvals where settings changed since, and passes with them", () => {
    const warn = withText("hosts: [portal.example.com]", "hosts: [www.example.com]");
    const statement = change("portal", PORTAL_240, warn, promoted, { kind: "rollback", restores: first.digest });
    assert.deepEqual(codesOf({ statements: [...chain, signed(statement, [])], text: warn }), ["not-approved"]);
    assert.deepEqual(codesOf({ statements: [...chain, signed(statement)], text: warn }), []);
  });

  it("needs no approval where nothing but the level of the database is another", () => {
    const level = (text: string) =>
      text.replace("schemaLevels: { appointments: 14 }", "schemaLevels: { appointments: 15 }");
    const later = withText("ehealth/appointments:1.4.2", "ehealth/appointments:1.4.4");
    const forward = change("appointments", INFO, level(later), first, { kind: "promotion", from: "preprod" });
    const back = change("appointments", level(later), level(INFO), forward, {
      kind: "rollback",
      restores: first.digest,
    });
    const statements = [signed(first), signed(forward), signed(back, [])];
    assert.deepEqual(codesOf({ statements, text: level(INFO) }), []);
  });

  it("is refused for a statement about another application", () => {
    const other = change("appointments", INFO, WARN);
    const statements = [...chain, signed(other), signed(rollback(other.digest))];
    assert.deepEqual(codesOf({ statements, text: WARN }), ["wrong-restores"]);
  });

  it("restores that an application was taken out", () => {
    const state = statesOf().get("portal");
    const moved = (previous: typeof first, more: Partial<Transition>, spec: object = {}) =>
      change("portal", INFO, INFO, previous, {
        ...spec,
        applications: { portal: { before: state, after: state, previous: previous.digest, ...more } },
      });
    const gone = moved(first, { after: undefined });
    const again = moved(gone, { before: undefined }, { kind: "promotion", from: "preprod" });
    const back = moved(again, { after: undefined }, { kind: "rollback", restores: gone.digest });
    const desired = new Map([...statesOf()].filter(([name]) => name !== "portal"));
    const statements = [signed(first), signed(gone), signed(again)];
    assert.deepEqual(codesOf({ desired, statements: [...statements, signed(back, [])] }), []);
    const wrong = moved(again, { after: undefined }, { kind: "rollback", restores: first.digest });
    assert.deepEqual(codesOf({ desired, statements: [...statements, signed(wrong)] }), ["wrong-restores"]);
    const stray = moved(again, { after: undefined }, { kind: "rollback", restores: digestOf("none") });
    assert.deepEqual(codesOf({ desired, statements: [...statements, signed(stray)] }), ["wrong-restores"]);
  });

  it("does not stand by a rollback that stands by nothing", () => {
    const back = rollback(promoted.digest);
    const again = change("portal", INFO, INFO, back, { kind: "rollback", restores: back.digest });
    assert.deepEqual(codesOf({ statements: [...chain, signed(back, []), signed(again, [])] }), ["not-approved"]);
  });

  it("stands by a rollback that stands", () => {
    const back = rollback(first.digest);
    const again = change("portal", INFO, INFO, back, { kind: "rollback", restores: back.digest });
    assert.deepEqual(codesOf({ statements: [...chain, signed(back, []), signed(again, [])] }), []);
  });
});

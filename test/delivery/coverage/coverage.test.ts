import assert from "node:assert/strict";
import { decideCoverage } from "../../../src/delivery/coverage/coverage.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import {
  baseline,
  change,
  codesOf,
  gate,
  HOUR,
  PROJECT,
  prod,
  requestOf,
  signed,
  statementOf,
  statesOf,
  T0,
  trust,
  type Case,
} from "./sample-court.ts";

const first = baseline();
const INFO = STACK_FILE;
const WARN = withText("LOG_LEVEL: debug", "LOG_LEVEL: warn");
const PORTAL_230 = "ehealth/portal:2.3.0";
const PORTAL_240 = withText(PORTAL_230, "ehealth/portal:2.4.0");

function edited(from: string, to: string): Case {
  return { text: withText(from, to) };
}

describe("coverage", () => {
  it("covers what was stated, signed and approved", () => {
    const coverage = decideCoverage(requestOf());
    assert.deepEqual(coverage.stage, []);
    assert.equal(coverage.applications.size, 0);
    assert.deepEqual([...coverage.statements.values()], [first.digest, first.digest, first.digest]);
  });

  for (const [what, one] of Object.entries({
    "a pin": edited(PORTAL_230, "ehealth/portal:2.4.0"),
    "a digest": edited("portal:2.3.0@sha256:0123", "portal:2.3.0@sha256:9123"),
    "an environment variable": { text: WARN },
    "a host": edited("hosts: [portal.example.com]", "hosts: [other.example.com]"),
    "a raw chart value": edited("cache: { size: 2 }", "cache: { size: 3 }"),
    "an extra container among raw values": edited(
      "cache: { size: 2 }",
      "cache: { size: 2 }, extraContainers: [{ name: x }]",
    ),
    "a secret": edited("v1:queue-ciphertext", "v1:other-ciphertext"),
    "a schema level": edited("{ appointments: 14 }", "{ appointments: 15 }"),
    "resources that are not free": edited("cpu: 100m", "cpu: 200m"),
    protection: edited("replicas: 3", "replicas: 3\n      protect: true"),
  } satisfies Record<string, Case>)) {
    it(`refuses ${what} edited after the approval`, () => {
      assert.deepEqual(codesOf(one), ["not-covered"]);
    });
  }

  it("refuses the edit of what all applications share, for each of them", () => {
    assert.deepEqual(codesOf(edited("context: test", "context: other")), Array(3).fill("not-covered"));
  });

  it("says where an edit is, and no value", () => {
    const { applications } = decideCoverage(requestOf({ text: WARN }));
    const [refusal] = applications.get("appointments") ?? [];
    assert.equal(refusal?.place.path, "lockstep:settings.appointments.env.LOG_LEVEL");
    assert.ok(refusal.place.line !== undefined);
    assert.match(refusal.found, /lockstep:settings\.appointments\.env\.LOG_LEVEL/);
    assert.doesNotMatch(refusal.found, /warn|debug/);
  });

  it("lets a free setting change", () => {
    assert.deepEqual(codesOf(edited("replicas: 3", "replicas: 5")), []);
  });

  it("refuses an application that no statement brought", () => {
    const { applications: all } = first;
    const applications = Object.fromEntries([...all].filter(([name]) => name !== "portal"));
    assert.deepEqual(codesOf({ statements: [signed(statementOf({ applications }))] }), ["not-covered"]);
    assert.deepEqual(codesOf({ statements: [] }), Array(3).fill("not-covered"));
  });

  it("refuses, for the stage, the absence of what a statement runs", () => {
    const desired = new Map([...statesOf()].filter(([name]) => name !== "portal"));
    const coverage = decideCoverage(requestOf({ desired }));
    assert.deepEqual(
      coverage.stage.map(({ code }) => code),
      ["not-covered"],
    );
    assert.equal(coverage.applications.size, 0);
  });

  it("covers the absence that a statement says, and refuses the presence then", () => {
    const gone = change("portal", INFO, INFO, first, {
      applications: { portal: { before: statesOf().get("portal"), after: undefined, previous: first.digest } },
    });
    const desired = new Map([...statesOf()].filter(([name]) => name !== "portal"));
    const statements = [signed(first), signed(gone)];
    assert.deepEqual(codesOf({ desired, statements }), []);
    assert.deepEqual(codesOf({ statements }), ["not-covered"]);
  });

  it("follows a chain to its newest statement, and refuses what an earlier one said", () => {
    const newer = change("appointments", INFO, WARN);
    const statements = [signed(first), signed(newer)];
    assert.deepEqual(codesOf({ statements, text: WARN }), []);
    assert.deepEqual(codesOf({ statements, text: INFO }), ["not-covered"]);
    assert.deepEqual(codesOf({ statements: statements.toReversed(), text: WARN }), []);
  });

  it("judges earlier statements by the newest one's signature alone", () => {
    const newer = change("appointments", INFO, WARN);
    const covered = requestOf({ statements: [signed(first), signed(newer)], text: WARN });
    const only = new Map([...covered.desired].filter(([name]) => name === "appointments"));
    const chains = new Map([...covered.chains].filter(([name]) => name === "appointments"));
    const evidence = new Map([[newer.digest, signed(newer)]]);
    assert.equal(decideCoverage({ ...covered, desired: only, chains, evidence }).applications.size, 0);
  });

  it("refuses two statements that continue the same one", () => {
    const other = withText("LOG_LEVEL: debug", "LOG_LEVEL: error");
    const rivals = [change("appointments", INFO, WARN), change("appointments", INFO, other)];
    const statements = [first, ...rivals].map((one) => signed(one));
    assert.deepEqual(codesOf({ statements, text: WARN }), ["conflicting-statements"]);
    assert.deepEqual(codesOf({ statements, text: other }), ["conflicting-statements"]);
  });

  it("refuses the same step stated twice, until it is stated once more on top of them", () => {
    const whenMs = first.whenMs + 25 * HOUR;
    const [one, echo] = [
      change("appointments", INFO, WARN),
      change("appointments", INFO, WARN, first, { reason: "other", whenMs }),
    ];
    const statements = [first, one, echo].map((each) => signed(each));
    assert.deepEqual(codesOf({ statements, text: WARN }), ["conflicting-statements"]);
    for (const continued of [one, echo]) {
      const last = change("appointments", WARN, WARN, continued);
      assert.deepEqual(codesOf({ statements: [signed(last), ...statements], text: WARN }), []);
      assert.deepEqual(codesOf({ statements: [...statements, signed(last, [])], text: WARN }), ["not-approved"]);
    }
  });

  it("refuses two first statements about an application", () => {
    const after = statesOf().get("appointments");
    const second = statementOf({ reason: "other", applications: { portal: { after } } });
    assert.deepEqual(codesOf({ statements: [signed(first), signed(second)] }), ["conflicting-statements"]);
  });

  it("lets statements about different applications be", () => {
    const both = [
      change("appointments", INFO, WARN),
      change("portal", INFO, PORTAL_240, first, { kind: "promotion", from: "preprod" }),
    ];
    const text = withText(PORTAL_230, "ehealth/portal:2.4.0", WARN);
    assert.deepEqual(codesOf({ statements: [first, ...both].map((one) => signed(one)), text }), []);
  });

  it("refuses a statement whose predecessor is gone", () => {
    const newer = change("appointments", INFO, WARN);
    const newest = change("appointments", WARN, INFO, newer);
    const codes = codesOf({ statements: [signed(first), signed(newest)] });
    assert.deepEqual(codes, ["missing-statement"]);
  });

  it("refuses a statement that begins where its predecessor did not end", () => {
    const jump = change("appointments", WARN, INFO);
    assert.deepEqual(codesOf({ statements: [signed(first), signed(jump)] }), ["discontinuous-statement"]);
  });

  it("refuses a first statement that something was before", () => {
    const { portal, ...others } = Object.fromEntries(first.applications);
    const before = statesOf(PORTAL_240).get("portal");
    const applications = { ...others, portal: { ...portal, before } };
    assert.deepEqual(codesOf({ statements: [signed(statementOf({ applications }))] }), ["discontinuous-statement"]);
  });

  it("refuses a statement that is older than its predecessor", () => {
    const early = change("appointments", INFO, WARN, first, { whenMs: T0 - HOUR });
    assert.deepEqual(codesOf({ statements: [signed(first), signed(early)], text: WARN }), [
      "statement-before-predecessor",
    ]);
  });

  it("refuses a statement for another stage, and of another project", () => {
    const applications = Object.fromEntries(first.applications);
    const elsewhere = signed(statementOf({ stage: "preprod", applications }));
    const approvals = elsewhere.approvals.map((one) => ({ ...one, approval: { ...one.approval, stage: "preprod" } }));
    assert.deepEqual(codesOf({ statements: [{ ...elsewhere, approvals }] }), ["other-stage"]);
    assert.deepEqual(codesOf({ project: "other" }), ["other-project"]);
    assert.deepEqual(
      codesOf({ statements: [signed(statementOf({ project: "other", applications }))] }).includes("other-project"),
      true,
    );
  });

  it("takes promotions from the stage's sources alone, and hot-fixes from the registry as well", () => {
    const applications = Object.fromEntries(first.applications);
    const from = (source: string, kind: "promotion" | "hot-fix") =>
      codesOf({ statements: [signed(statementOf({ from: source, kind, applications }))] });
    assert.deepEqual(from("inttest", "promotion"), ["wrong-source"]);
    assert.deepEqual(from("registry", "promotion"), ["wrong-source"]);
    assert.deepEqual(from("registry", "hot-fix"), []);
    assert.deepEqual(from("nowhere", "hot-fix"), ["wrong-source"]);
  });

  it("refuses a change that moves a version, or brings an application", () => {
    const moves = change("portal", INFO, PORTAL_240);
    assert.deepEqual(codesOf({ statements: [signed(first), signed(moves)], text: PORTAL_240 }), ["change-moves-pin"]);
    const brings = statementOf({
      kind: "change",
      from: undefined,
      applications: Object.fromEntries(first.applications),
    });
    assert.deepEqual(codesOf({ statements: [signed(brings)] }), Array(3).fill("change-moves-pin"));
    const definition = { ...prod, from: "registry" as const };
    assert.deepEqual(codesOf({ statements: [signed(brings)], definition }), []);
  });

  it("refuses a revoked statement", () => {
    const revocations = { ...trust.revocations, statements: [{ digest: first.digest, reason: "wrong" }] };
    assert.deepEqual(codesOf({ trust: { ...trust, revocations } }), ["revoked-statement"]);
  });

  it("covers again what another statement says on top of a revoked one", () => {
    const revocations = { ...trust.revocations, statements: [{ digest: first.digest, reason: "wrong" }] };
    const again = statementOf({
      whenMs: T0 + HOUR,
      applications: Object.fromEntries(
        [...statesOf()].map(([name, state]) => [name, { before: state, after: state, previous: first.digest }]),
      ),
    });
    assert.deepEqual(codesOf({ trust: { ...trust, revocations }, statements: [signed(first), signed(again)] }), []);
  });
});

describe("coverage of what was deployed", () => {
  const newer = change("appointments", INFO, WARN);
  const deployed = {
    gated: true,
    root: trust.root,
    statements: new Map([["appointments", newer.digest]]),
    nowMs: T0 + 720 * HOUR,
  };

  it("passes where the newest statement is the deployed one, or continues it", () => {
    const statements = [signed(first), signed(newer)];
    assert.deepEqual(codesOf({ statements, text: WARN, deployed }), []);
    const newest = change("appointments", WARN, INFO, newer);
    assert.deepEqual(codesOf({ statements: [...statements, signed(newest)], deployed }), []);
  });

  it("refuses a stage whose newest statement is older than the deployed one", () => {
    assert.deepEqual(codesOf({ deployed }), ["older-than-deployed"]);
  });

  it("refuses a stage without the statement that removed an application", () => {
    const statements = new Map([["former", newer.digest]]);
    const { stage } = decideCoverage(requestOf({ deployed: { ...deployed, statements } }));
    assert.deepEqual(
      stage.map(({ code }) => code),
      ["older-than-deployed"],
    );
  });
});

describe("a gate without approvals", () => {
  it("is content with the promoter", () => {
    assert.deepEqual(codesOf({ gate: { ...gate, approvals: undefined }, statements: [signed(first, [])] }), []);
    assert.equal(first.project, PROJECT);
  });
});

import assert from "node:assert/strict";
import {
  candidatesFor,
  findApproverRole,
  whenApproved,
  type ApproverQuestion,
} from "../../../src/delivery/approval/approver.ts";
import { chooseStatements } from "../../../src/delivery/approval/choice.ts";
import { type NewestStatement } from "../../../src/delivery/approval/newest-statements.ts";
import { planRevocation } from "../../../src/delivery/approval/revocation.ts";
import { refuseOtherFiles } from "../../../src/delivery/approval/same-files.ts";
import type { SignedStatement } from "../../../src/model/statements/signed-statement.ts";
import { STACK_FILE } from "../../model/sample-stage.ts";
import { codesOf, sampleKey, valueOf } from "../../model/trust/sample-trust.ts";
import {
  ADA,
  BEN,
  CAT,
  change,
  DAN,
  gate,
  HOUR,
  signed,
  statesOf,
  trust,
  withWithdrawals,
} from "../coverage/sample-court.ts";
import { first, NOW, recordOf, WARN, type Setup } from "./sample-record.ts";

const byBen = { by: BEN, role: "release-managers" };

function newestOf(one: SignedStatement, setup?: Setup): NewestStatement {
  return recordOf([one], setup).newest[0] ?? assert.fail();
}

describe("newestStatements", () => {
  it("counts what is missing, and waits for that alone", () => {
    const progress = (one: SignedStatement, setup?: Setup) => {
      const { waits, approvals } = newestOf(one, setup);
      return [waits, approvals?.missing];
    };
    assert.deepEqual(progress(signed(first)), [false, 0]);
    assert.deepEqual(progress(signed(first, [{}])), [true, 1]);
    assert.deepEqual(progress(signed(first, [{ by: ADA, role: "release-managers" }, {}])), [true, 1]);
    assert.deepEqual(progress(signed(first), { asks: false }), [false, undefined]);
    const withdrawn = { by: ADA, fields: { withdraws: "statement" as const, role: "release-managers" } };
    assert.deepEqual(progress(withWithdrawals(signed(first, [{}]), [withdrawn])), [false, 1]);
  });

  it("asks for none of a rollback to what was approved and stands", () => {
    const next = change("appointments", STACK_FILE, WARN, first);
    const back = change("appointments", WARN, STACK_FILE, next, { kind: "rollback", restores: first.digest });
    const { newest } = recordOf([signed(first), signed(next), signed(back, [])]);
    assert.deepEqual(
      newest.map(({ approvals }) => approvals?.missing),
      [0, 0],
    );
  });

  it("does not count approvals that have expired, unless it was deployed", () => {
    const missing = (seconds: number, deployed = false) =>
      newestOf(signed(first), { rule: { expireAfterSeconds: seconds }, deployed }).approvals?.missing;
    assert.equal(missing(59 * 3600), 2);
    assert.equal(missing(59 * 3600 + 1), 0);
    assert.equal(missing(1, true), 0);
  });

  it("has the newest of each application, with those that others moved on left out", () => {
    const next = change("appointments", STACK_FILE, WARN, first);
    const { newest } = recordOf([signed(first), signed(next, [])]);
    assert.deepEqual(
      newest.map(({ applications, waits }) => [applications.join(), waits]),
      [
        ["portal,status-page", false],
        ["appointments", true],
      ],
    );
  });
});

describe("findApproverRole", () => {
  const ask = (one: SignedStatement, signer: typeof ADA, more: Partial<ApproverQuestion> = {}, setup?: Setup) =>
    findApproverRole({ newest: newestOf(one, setup), signer, role: undefined, trust, nowMs: NOW, ...more });

  it("takes the first group of the gate that the signer is in", () => {
    assert.equal(valueOf(ask(signed(first, []), DAN)), "operations");
    assert.equal(valueOf(ask(signed(first, []), BEN)), "release-managers");
  });

  for (const [what, code, outcome] of [
    ["a stranger", "not-an-approver", ask(signed(first, []), { ...DAN, principal: "eve@example.com" })],
    ["another group's member", "not-an-approver", ask(signed(first, []), DAN, { role: "release-managers" })],
    ["a group that the gate does not ask", "unknown-role", ask(signed(first, []), DAN, { role: "operation" })],
    ["the promoter", "promoter-approves", ask(signed(first, []), ADA)],
    ["the promoter's key", "promoter-approves", ask(signed(first, []), { ...ADA, principal: DAN.principal })],
    ["who approved already", "approved-already", ask(signed(first, [{}]), CAT)],
    [
      "the key of who approved already",
      "approved-already",
      ask(signed(first, [{}]), { ...CAT, principal: DAN.principal }),
    ],
    ["anybody where none is asked for", "no-approvals-asked", ask(signed(first, []), DAN, {}, { asks: false })],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(codesOf(outcome), [code]);
    });
  }

  it("lets the promoter approve where the gate does not ask for four eyes", () => {
    assert.equal(valueOf(ask(signed(first, []), ADA, {}, { rule: { fourEyes: false } })), "release-managers");
  });

  it("takes a second approval where the first has expired or was taken back", () => {
    const rule = { expireAfterSeconds: 3600 };
    assert.equal(valueOf(ask(signed(first, [{}]), CAT, {}, { rule })), "operations");
    assert.deepEqual(codesOf(ask(signed(first, [{}]), CAT, {}, { rule, deployed: true })), ["approved-already"]);
    assert.equal(valueOf(ask(withWithdrawals(signed(first, [{}]), [{}]), CAT)), "operations");
  });

  it("names everything else that stands against the statement", () => {
    const unsigned: SignedStatement = { ...signed(first, []), promoter: { kind: "invalid", reason: "forged" } };
    assert.deepEqual(codesOf(ask(unsigned, DAN)), ["not-signed-by-promoter"]);
  });
});

describe("whenApproved", () => {
  it("is after what the person took back, and not moved by what somebody wrote in the person's name", () => {
    const later = NOW + HOUR;
    const withdrawn = withWithdrawals(signed(first, [byBen]), [{ by: BEN, fields: { whenMs: later } }]);
    assert.equal(whenApproved(newestOf(withdrawn), BEN, NOW), later + 1000);
    const forged = withdrawn.withdrawals.map((one) => ({
      ...one,
      signature: { kind: "invalid" as const, reason: "" },
    }));
    assert.equal(whenApproved(newestOf({ ...withdrawn, withdrawals: forged }), BEN, NOW), NOW);
  });
});

describe("candidatesFor", () => {
  it("names members with a key that counts, who have not approved and did not state it", () => {
    const key = (name: string) => sampleKey(name).text;
    const lines = [ADA, BEN, CAT].map(({ principal }) => `${principal} ${key(principal)}\n`);
    const dan = `${DAN.principal} namespaces="statement@lockstep" ${key("dan")}\n`;
    const allowedSigners = { text: [...lines, dan].join(""), signers: [] };
    assert.deepEqual(candidatesFor(newestOf(signed(first, [byBen])), { ...trust, allowedSigners }, NOW), [
      { group: "release-managers", principals: [] },
      { group: "operations", principals: [CAT.principal] },
    ]);
  });
});

describe("chooseStatements", () => {
  const next = change("appointments", STACK_FILE, WARN, first);
  const last = change("appointments", WARN, STACK_FILE, next);
  const choose = (named: string | undefined) => {
    const { newest, chains } = recordOf([signed(first), signed(next), signed(last, [])]);
    const all = [first, next, last];
    return chooseStatements({ stage: "prod", named, newest, all, chains, wanted: ({ waits }) => waits });
  };

  it("takes all that wait, or the one that is named by digits, digest or folder", () => {
    const digits = last.digest.slice("sha256:".length);
    for (const named of [
      undefined,
      last.digest,
      digits.slice(0, 6),
      `statements/prod/20261120T100000Z-${digits.slice(0, 12)}/`,
    ])
      assert.deepEqual(
        valueOf(choose(named)).map(({ statement }) => statement.digest),
        [last.digest],
      );
  });

  it("refuses one that is not there, and one that another continues", () => {
    assert.deepEqual(codesOf(choose("000000")), ["unknown-statement"]);
    assert.deepEqual(codesOf(choose("")), ["unknown-statement"]);
    assert.deepEqual(codesOf(choose(next.digest)), ["not-newest"]);
  });
});

describe("refuseOtherFiles", () => {
  it("refuses where the files say something else, or nothing", () => {
    const newest = newestOf(signed(first, []));
    const codes = (desired: ReturnType<typeof statesOf>) => refuseOtherFiles(newest, desired).map(({ code }) => code);
    assert.deepEqual(codes(statesOf()), []);
    assert.deepEqual(codes(statesOf(WARN)), ["other-state-here"]);
    assert.deepEqual(codes(new Map([...statesOf()].filter(([name]) => name !== "portal"))), ["other-state-here"]);
  });
});

describe("planRevocation", () => {
  const plan = (one: SignedStatement, signer: typeof ADA, statement = false) =>
    planRevocation({ newest: newestOf(one), signer, statement, gate, trust, nowMs: NOW });

  it("takes back the signer's approval, and the statement where that is asked for or there is none", () => {
    assert.deepEqual(valueOf(plan(signed(first), BEN)), {
      withdraws: "approval",
      role: "release-managers",
      whenMs: NOW,
    });
    assert.equal(valueOf(plan(signed(first), BEN, true)).withdraws, "statement");
    assert.equal(valueOf(plan(signed(first), ADA)).withdraws, "statement");
  });

  it("takes back somebody else's statement only where that is asked for", () => {
    assert.deepEqual(codesOf(plan(signed(first, []), BEN)), ["nothing-to-withdraw"]);
    assert.equal(valueOf(plan(signed(first, []), BEN, true)).withdraws, "statement");
  });

  it("refuses who has nothing to take back, and what was taken back", () => {
    assert.deepEqual(codesOf(plan(signed(first, [byBen]), CAT)), ["nothing-to-withdraw"]);
    assert.deepEqual(codesOf(plan(signed(first), CAT, true)), ["nothing-to-withdraw"]);
    const withdrawn = { by: BEN, fields: { withdraws: "statement" as const, role: "release-managers" } };
    assert.deepEqual(codesOf(plan(withWithdrawals(signed(first), [withdrawn]), ADA)), ["withdrawn-already"]);
  });
});

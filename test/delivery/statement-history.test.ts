import assert from "node:assert/strict";
import fc from "fast-check";
import { digestOf } from "../../src/model/digest.ts";
import type { SignedStatement } from "../../src/model/statements/signed-statement.ts";
import {
  refuseImpossibleTimes,
  refuseRewrittenHistory,
  type AddedStatements,
  type ChangedFile,
} from "../../src/delivery/statement-history.ts";

const FOLDER = "statements/prod/20261120T101112Z-abcdefabcdef";
const FILE = `${FOLDER}/statement.json`;
const APPROVAL = `${FOLDER}/approvals/1.json`;
const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

function codesOf(changes: readonly ChangedFile[]): readonly string[] {
  return refuseRewrittenHistory(changes, "origin/main").map(({ code }) => code);
}

describe("the record of statements", () => {
  it("may be added to", () => {
    const added = [FILE, APPROVAL, `${APPROVAL}.sig`, "trust/root/2.json"];
    assert.deepEqual(codesOf(added.map((path) => ({ path, status: "added" }))), []);
  });

  for (const [path, code] of [
    [FILE, "statement"],
    [APPROVAL, "statement"],
    [`${FOLDER}/promoter.sig`, "statement"],
    ["trust/root/1.json", "root"],
    ["trust/root/1.1.sig", "root"],
  ] as const) {
    for (const status of ["edited", "removed"] as const) {
      it(`refuses ${path} ${status}`, () => {
        assert.deepEqual(codesOf([{ path, status }]), [`${code}-${status}`]);
      });
    }
  }

  it("never lets a file of the record be changed, whatever else is", () => {
    const path = fc.string({ unit: "grapheme-ascii", minLength: 1 }).map((name) => `statements/${name}/x.json`);
    fc.assert(
      fc.property(path, fc.constantFrom("edited" as const, "removed" as const), (file, status) => {
        const others = [{ path: FILE, status: "added" as const }];
        assert.equal(codesOf([...others, { path: file, status }]).length, 1);
      }),
    );
  });

  it("does not mind other files", () => {
    assert.deepEqual(codesOf([{ path: "Pulumi.prod.yaml", status: "edited" }]), []);
  });
});

const statement: SignedStatement = {
  statement: {
    digest: digestOf("statement"),
    file: FILE,
    kind: "change",
    project: "lockstep",
    stage: "prod",
    from: undefined,
    reason: "because",
    who: "ada@example.com",
    whenMs: NOW_MS - 60_000,
    source: undefined,
    subjects: [],
    applications: new Map(),
    restores: undefined,
  },
  promoter: { kind: "valid", principal: "ada@example.com", fingerprint: "SHA256:ada" },
  approvals: [
    {
      approval: {
        file: APPROVAL,
        project: "lockstep",
        stage: "prod",
        statement: digestOf("statement"),
        role: "operations",
        principal: "bob@example.com",
        whenMs: NOW_MS - 30_000,
      },
      signature: { kind: "valid", principal: "bob@example.com", fingerprint: "SHA256:bob" },
    },
  ],
  withdrawals: [],
};
const added: AddedStatements = {
  statements: [statement],
  changes: [
    { path: FILE, status: "added" },
    { path: APPROVAL, status: "added" },
  ],
  revocations: { keys: [], digests: [], statements: [] },
  nowMs: NOW_MS,
};

function leftOf(fingerprint: string): AddedStatements["revocations"] {
  const key = { fingerprint, kind: "left" as const, sinceMs: NOW_MS - 1, reason: "left us" };
  return { keys: [key], digests: [], statements: [] };
}

function timeCodes(change: Partial<AddedStatements>): readonly (string | undefined)[] {
  return refuseImpossibleTimes({ ...added, ...change }).map(({ code, place }) => `${code} ${place.file ?? ""}`);
}

describe("the times in added statements", () => {
  it("are accepted where they are past and the keys count", () => {
    assert.deepEqual(timeCodes({}), []);
  });

  it("may be ahead by what clocks differ", () => {
    assert.deepEqual(timeCodes({ nowMs: NOW_MS - 5 * 60_000 + 30_000 + 30_000 }), []);
  });

  it("may not lie in the future", () => {
    assert.deepEqual(timeCodes({ nowMs: NOW_MS - 3_600_000 }), [
      `signed-in-the-future ${FILE}`,
      `signed-in-the-future ${APPROVAL}`,
    ]);
  });

  it("are worth nothing in the hand of somebody who left: the promoter", () => {
    assert.deepEqual(timeCodes({ revocations: leftOf("SHA256:ada") }), [`signed-by-revoked-key ${FILE}`]);
  });

  it("are worth nothing in the hand of somebody who left: an approver", () => {
    assert.deepEqual(timeCodes({ revocations: leftOf("SHA256:bob") }), [`signed-by-revoked-key ${APPROVAL}`]);
  });

  it("stand where the base branch has the document already", () => {
    const changes = [{ path: APPROVAL, status: "added" as const }];
    assert.deepEqual(timeCodes({ changes, revocations: leftOf("SHA256:ada") }), []);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { digestOf } from "../../../src/model/digest.ts";
import type { JsonObject } from "../../../src/model/json.ts";
import { renderApproval } from "../../../src/model/statements/approval.ts";
import { parseApprovalDocument } from "../../../src/model/statements/approval-document.ts";
import { renderWithdrawal } from "../../../src/model/statements/withdrawal.ts";
import { canonicalDigest, canonicalJson } from "../../../src/model/statements/canonical-json.ts";
import { folderNameOf, parseStatement, renderStatement } from "../../../src/model/statements/statement.ts";
import { HEX } from "../sample-stage.ts";

const WHEN = Date.parse("2026-11-20T10:11:12Z");

function desired(extra: JsonObject = {}) {
  const state: JsonObject = {
    pin: { image: `r.example.com/portal:1@sha256:${HEX}`, chart: `oci://r.example.com/web:2@sha256:${HEX}` },
    ...extra,
  };
  return { digest: canonicalDigest(state), state };
}

const TEXT = renderStatement({
  ...{ kind: "promotion", project: "platform", stage: "prod", from: "preprod", reason: "release 7", who: "ada@example.com" },
  ...{ whenMs: WHEN, source: { version: 7, time: "2026-11-20T09:00:00Z", result: "succeeded" }, restores: undefined },
  applications: new Map([
    ["portal", { before: desired({ a: 1 }), after: desired({ a: 2 }), previous: digestOf("previous") }],
    ["former", { before: desired(), after: undefined, previous: digestOf("previous") }],
  ]),
});

type Tree = Record<string, unknown> & { predicate: Record<string, unknown>; subject: Record<string, unknown>[] };

function tree(): Tree {
  return JSON.parse(TEXT) as Tree;
}

function parsed(text: string | Uint8Array) {
  return parseStatement(typeof text === "string" ? Buffer.from(text) : text, "statement.json");
}

function codesOf(text: string | Uint8Array): string[] {
  const outcome = parsed(text);
  return outcome.kind === "accepted" ? [] : outcome.refusals.map(({ code }) => code);
}

/** The statement with something of it changed, as canonical JSON again. */
function changed(change: (statement: Tree) => void): string {
  const statement = tree();
  change(statement);
  return canonicalJson(statement as unknown as JsonObject);
}

describe("a statement", () => {
  it("is read as it was written", () => {
    const outcome = parsed(TEXT);
    assert.ok(outcome.kind === "accepted");
    const { value } = outcome;
    assert.equal(value.digest, digestOf(TEXT));
    assert.equal(value.whenMs, WHEN);
    assert.deepEqual(value.subjects.map(({ name }) => name), ["oci://r.example.com/web", "r.example.com/portal"]);
    assert.equal(value.applications.get("former")?.after, undefined);
    assert.equal(renderStatement(value), TEXT);
    assert.equal(folderNameOf(value), `20261120T101112Z-${digestOf(TEXT).slice(7, 19)}`);
  });

  for (const [what, text] of Object.entries({
    "a newline behind it": `${TEXT}\n`,
    "a byte order mark": `\ufeff${TEXT}`,
    "another order of keys": JSON.stringify(Object.fromEntries(Object.entries(tree()).toReversed())),
    "a key twice": TEXT.replace('{"_type"', '{"_type":"x","_type"'),
    "white space": JSON.stringify(tree(), null, 1),
    "an escape that needs none": TEXT.replace("release 7", "release \\u0037"),
    "a key that is read in two ways": TEXT.replace('"predicateType"', '"__proto__":{},"predicateType"'),
    "a thousand levels": "[".repeat(1000) + "]".repeat(1000),
    "no JSON": "statement",
    "nothing": "",
    "another type": changed((one) => (one["_type"] = "https://in-toto.io/Statement/v0.1")),
    "another predicate type": changed((one) => (one["predicateType"] = "urn:other")),
    "an unknown key": changed((one) => (one.predicate["more"] = 1)),
    "an unknown kind": changed((one) => (one.predicate["kind"] = "wish")),
    "a time in another zone": changed((one) => (one.predicate["when"] = "2026-11-20T10:11:12+01:00")),
    "a time that is none": changed((one) => (one.predicate["when"] = "2026-02-30T10:11:12Z")),
    "a principal that is a pattern": changed((one) => (one.predicate["who"] = "*")),
    "a principal that is an option": changed((one) => (one.predicate["who"] = "-Overify-time")),
    "a stage that is a path": changed((one) => (one.predicate["stage"] = "../prod")),
    "no application": changed((one) => (one.predicate["applications"] = {})),
    "an application that is a path": changed((one) => (one.predicate["applications"] = { "../x": {} })),
    "a subject missing": changed((one) => one.subject.pop()),
    "a subject too many": changed((one) => one.subject.push({ name: "r.example.com/x", digest: { sha256: HEX } })),
    "a subject twice": changed((one) => one.subject.push(one.subject[0] ?? {})),
    "another subject": changed((one) => ((one.subject[0] ?? {})["name"] = "r.example.com/other")),
    "a promotion from nowhere": changed((one) => delete one.predicate["from"]),
    "a rollback that restores nothing": changed((one) => (one.predicate["kind"] = "rollback")),
    "a promotion that restores": changed((one) => (one.predicate["restores"] = digestOf("x"))),
  })) {
    it(`is refused with ${what}`, () => {
      assert.ok(codesOf(text).length > 0, "accepted");
      assert.deepEqual([...new Set(codesOf(text))], ["invalid-statement"]);
    });
  }

  it("is refused where a state is not what its digest says", () => {
    assert.deepEqual(codesOf(TEXT.replace('"a":2', '"a":3')), ["invalid-statement"]);
    assert.deepEqual(codesOf(TEXT.replace('"a":1', '"a":3')), ["invalid-statement"]);
  });

  it("is refused where nothing is before and nothing after", () => {
    const text = changed((one) => {
      one.predicate["applications"] = { portal: { before: null, after: null, previous: null } };
      one["subject"] = [] as never;
    });
    assert.deepEqual(codesOf(text), ["invalid-statement"]);
  });

  it("is another statement with any byte changed, or none", () => {
    const bytes = Buffer.from(TEXT);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ by;
        const outcome = parsed(other);
        if (outcome.kind === "accepted") assert.notEqual(outcome.value.digest, digestOf(TEXT));
      }),
    );
  });

  it("is read or refused, whatever the bytes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parsed(bytes)));
    fc.assert(fc.property(fc.json(), (text) => void parsed(text)));
  });
});

describe("an approval", () => {
  const approval = {
    ...{ project: "platform", stage: "prod", statement: digestOf("s"), role: "operations", principal: "cat@example.com" },
    whenMs: WHEN,
  };

  it("is read as it was written", () => {
    const outcome = parseApprovalDocument(Buffer.from(renderApproval(approval)), "1.json");
    assert.deepEqual(outcome, {
      kind: "accepted",
      value: { kind: "approval", approval: { file: "1.json", ...approval } },
    });
  });

  it("is refused where it is not as the verbs write it", () => {
    const text = renderApproval(approval);
    const wrong = [`${text}\n`, text.replace("sha256:", "sha512:"), text.replace("cat@", "c,t@"), text.replace("v1", "v2"), TEXT];
    for (const one of wrong) {
      const outcome = parseApprovalDocument(Buffer.from(one), "1.json");
      assert.ok(outcome.kind === "refused" && outcome.refusals.every(({ code }) => code === "invalid-approval"), one);
    }
  });

  it("is told from a withdrawal, which is read as it was written", () => {
    const withdrawal = { ...approval, withdraws: "statement" as const, reason: "a leak" };
    const text = renderWithdrawal(withdrawal);
    assert.deepEqual(parseApprovalDocument(Buffer.from(text), "1.json"), {
      kind: "accepted",
      value: { kind: "withdrawal", withdrawal: { file: "1.json", ...withdrawal } },
    });
    for (const wrong of [text.replace(/"reason":"[^"]*",/, ""), text.replace('"statement","', '"everything","')]) {
      if (wrong === text) continue;
      const outcome = parseApprovalDocument(Buffer.from(wrong), "1.json");
      assert.ok(outcome.kind === "refused" && outcome.refusals.every(({ code }) => code === "invalid-approval"), wrong);
    }
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { renderStatus, statusReport, type StatusInputs } from "../../../src/cli/trust/status-report.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { Root } from "../../../src/model/trust/root.ts";
import { sampleKey } from "../../model/trust/sample-trust.ts";

const NOW = Date.UTC(2026, 10, 20);
const DAY = 24 * 60 * 60_000;
const ANN = { principal: "ann@example.com", key: sampleKey("ann") };
const BEN = { principal: "ben@example.com", key: sampleKey("ben") };
const CONTENT = { files: new Map([["stages.yaml", "aa"]]), rules: new Map([["policy/one.ts", "bb"]]) };
const ROOT: Root = { ...CONTENT, version: 1, owners: [ANN, BEN], threshold: 1 };
const DIGEST = digestOf("root 1");

function known(root: Root, ...signers: readonly (typeof ANN)[]) {
  return { file: `root/${root.version}.json`, root, digest: DIGEST, signers, signatures: signers.length };
}

const COUNTED = known(ROOT, ANN);
const EMPTY = {
  exemptions: [],
  revocations: { keys: [], digests: [], statements: [] },
  allowedSigners: { text: "", signers: [] },
};
const STATE: StatusInputs["state"] = {
  ...{ folder: "/trust", display: "trust", files: new Map(), content: CONTENT },
  ...{ anchor: { version: 1, digest: DIGEST }, chain: [COUNTED], counted: COUNTED, pending: undefined, broken: [] },
};

function report(state: Partial<StatusInputs["state"]> = {}, inputs: Partial<StatusInputs> = {}) {
  return statusReport({ state: { ...STATE, ...state }, content: EMPTY, refusals: [], nowMs: NOW, ...inputs });
}

function exemption(expiresMs: number) {
  const who = { rule: "workload-probes", stages: ["prod"], application: "portal", object: undefined };
  return { ...who, owner: "ann", reason: "r", expiresMs };
}

describe("statusReport", () => {
  it("has nothing to say of a root that counts and files that are as it lists them", () => {
    const { differs, ending, pending, reasons, revokedKeys } = report();
    assert.deepEqual([differs, ending, pending, reasons, revokedKeys], [[], [], null, [], []]);
  });

  it("names the files and rules that differ from the root that counts", () => {
    const content = {
      files: new Map([["stages.yaml", "cc"]]),
      rules: new Map([...CONTENT.rules, ["policy/two.ts", "dd"]]),
    };
    assert.deepEqual(report({ content }).differs, [
      { name: "stages.yaml", kind: "changed" },
      { name: "policy/two.ts", kind: "added" },
    ]);
    assert.match(
      renderStatus(report({ content })),
      /differs from root 1: npm run trust -- edit\n {2}changed {3}trust\/stages\.yaml/,
    );
  });

  it("says whose signatures a root waits for, and does not send people to `edit` meanwhile", () => {
    const files = new Map([["stages.yaml", "cc"]]);
    const pending = known({ ...ROOT, files, version: 2, threshold: 2 }, BEN);
    const waiting = report({ pending, content: { ...CONTENT, files } });
    assert.deepEqual(
      waiting.pending?.missing.map(({ whose, count }) => [whose, count]),
      [["itself", 1]],
    );
    const text = renderStatus(waiting);
    assert.match(text, /waits +root 2, signed by ben@example\.com/);
    assert.match(text, /missing: 1 signature, of ann@example\.com/);
    assert.doesNotMatch(text, /trust -- edit/);
  });

  it("says that there is no root, and no anchor", () => {
    const text = renderStatus(report({ anchor: undefined, chain: [], counted: undefined }));
    assert.match(text, /anchor +not set: gated stages are refused/);
    assert.match(text, /roots +none: npm run trust -- init/);
    assert.match(renderStatus(report({ anchor: undefined })), /signed by ann@example\.com, taken as it is/);
  });

  it("shows keys that end and revoked keys", () => {
    const text = `ann@example.com valid-before="20261201Z" ${ANN.key.text}\n`;
    const key = { fingerprint: ANN.key.fingerprint, kind: "left", sinceMs: NOW, reason: "left" } as const;
    const content = {
      ...EMPTY,
      allowedSigners: { text, signers: [] },
      revocations: { ...EMPTY.revocations, keys: [key] },
    };
    const shown = report({}, { content });
    assert.deepEqual(shown.ending, [{ what: "key of ann@example.com", at: "2026-12-01 00:00", state: "soon" }]);
    assert.deepEqual(shown.revokedKeys, [{ fingerprint: ANN.key.fingerprint, kind: "left", reason: "left" }]);
  });

  it("passes on every reason why something does not count", () => {
    const refusal = { code: "root-gap", place: {}, found: "f", expected: "e", action: "a" };
    const other = { ...refusal, code: "quorum-too-high" };
    assert.deepEqual(report({ broken: [refusal] }, { refusals: [other] }).reasons, [refusal, other]);
  });

  it("shows exactly what ended or ends within thirty days, the first to end first", () => {
    const offset = fc.integer({ min: -60 * DAY, max: 90 * DAY });
    fc.assert(
      fc.property(fc.array(offset, { maxLength: 8 }), (offsets) => {
        const content = { ...EMPTY, exemptions: offsets.map((ms) => exemption(NOW + ms)) };
        const states = report({}, { content }).ending.map(({ state }) => state);
        const expired = offsets.filter((ms) => ms <= 0).length;
        const soon = offsets.filter((ms) => ms > 0 && ms <= 30 * DAY).length;
        assert.deepEqual(states, [...Array<string>(expired).fill("expired"), ...Array<string>(soon).fill("soon")]);
      }),
    );
  });
});

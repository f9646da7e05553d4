import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readEngineEvents } from "../../src/adapters/engine-events.ts";
import type { EngineEvent } from "../../src/model/engine-events.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const URN = "urn:pulumi:prod::lockstep::kubernetes:core/v1:Pod::portal";
// As pulumi 3.259 writes them, shortened.
const lines = {
  prelude: { sequence: 1, timestamp: 1, preludeEvent: { config: {} } },
  debug: { sequence: 2, diagnosticEvent: { prefix: "debug: ", message: "x", color: "never", severity: "debug" } },
  error: { sequence: 3, diagnosticEvent: { urn: URN, message: "no chart\n", color: "never", severity: "error" } },
  resource: {
    sequence: 4,
    resourcePreEvent: { metadata: { op: "create", urn: URN, type: "x", old: null }, planning: true },
  },
  judged: {
    sequence: 5,
    policyAnalyzeSummaryEvent: { resourceUrn: URN, policyPackName: "lockstep", passed: ["a"], failed: ["b"] },
  },
  stack: { sequence: 6, policyAnalyzeStackSummaryEvent: { policyPackName: "lockstep", failed: ["whole"] } },
  policy: {
    sequence: 7,
    policyEvent: {
      resourceUrn: URN,
      message: "Title\nno\n",
      color: "never",
      policyName: "b",
      policyPackName: "lockstep",
      policyPackVersion: "0.1.0",
      enforcementLevel: "mandatory",
    },
  },
  summary: {
    sequence: 8,
    summaryEvent: { isPreview: true, result: "failed", PolicyPacks: { "lockstep|local|/p/lockstep-policy": "0.1.0" } },
  },
};

async function read(text: string): Promise<Outcome<readonly EngineEvent[]>> {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, "events.jsonl");
    await writeFile(file, text);
    return readEngineEvents(file);
  });
}

async function accepted(...events: readonly object[]): Promise<readonly EngineEvent[]> {
  const outcome = await read(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
  return outcome.value;
}

async function code(text: string): Promise<readonly string[]> {
  const outcome = await read(text);
  return outcome.kind === "refused" ? outcome.refusals.map((refusal) => refusal.code) : [];
}

describe("the engine's event log", () => {
  it("is read as far as it proves what policies did", async () => {
    assert.deepEqual(await accepted(...Object.values(lines)), [
      { kind: "error", urn: URN, message: "no chart\n" },
      { kind: "resource", urn: URN, operation: "create" },
      { kind: "judged", pack: "lockstep", urn: URN, rules: ["a", "b"] },
      { kind: "judged", pack: "lockstep", urn: undefined, rules: ["whole"] },
      {
        kind: "policy",
        violation: { pack: "lockstep", rule: "b", urn: URN, level: "mandatory", message: "Title\nno\n" },
      },
      { kind: "summary", isPreview: true, result: "failed", packs: ["lockstep"] },
    ]);
  });

  it("may spell the packs as the engine's documentation does", async () => {
    const summaryEvent = { isPreview: false, policyPacks: { lockstep: "1" } };
    assert.deepEqual(await accepted({ sequence: 1, summaryEvent }), [
      { kind: "summary", isPreview: false, result: "", packs: ["lockstep"] },
    ]);
  });

  it("names no pack where none ran", async () => {
    assert.deepEqual(await accepted({ sequence: 1, summaryEvent: { isPreview: false, result: "succeeded" } }), [
      { kind: "summary", isPreview: false, result: "succeeded", packs: [] },
    ]);
  });

  for (const [what, text] of [
    ["is empty", ""],
    ["was cut off", `${JSON.stringify(lines.summary)}\n{"sequence": 2, "pol`],
    ["has a line that is no event", "[]\n"],
    [
      "has a policy event without a level",
      `{"sequence":1,"policyEvent":{"message":"","policyName":"a","policyPackName":"p"}}\n`,
    ],
    [
      "has rules that are no list",
      `{"sequence":1,"policyAnalyzeSummaryEvent":{"policyPackName":"p","passed":{"a":1}}}\n`,
    ],
    ["has packs that are no record", `{"sequence":1,"summaryEvent":{"isPreview":true,"PolicyPacks":["lockstep"]}}\n`],
  ] as const) {
    it(`is refused where it ${what}`, async () => {
      assert.deepEqual(await code(text), ["unreadable-events"]);
    });
  }

  it("is refused where it is not there", async () => {
    const outcome = await readEngineEvents("/nowhere/events.jsonl");
    assert.equal(outcome.kind, "refused");
  });

  it("never shows a line that it refuses: it may hold secrets", async () => {
    const outcome = await read(`{"sequence":"s3cr3t","summaryEvent":"s3cr3t"}\n`);
    assert.ok(!JSON.stringify(outcome).includes("s3cr3t"));
  });
});

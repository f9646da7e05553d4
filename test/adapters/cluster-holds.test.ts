import assert from "node:assert/strict";
import { readClusterHolds } from "../../src/adapters/cluster-holds.ts";
import { CLUSTER_HOLDS_NAME, holdKey } from "../../src/model/cluster-hold.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { withFake } from "./fake-program.ts";

const scope = { project: "platform", stage: "prod" };
const hold = { application: "portal", image: digestOf("portal 2.4.0") };
const KEY = holdKey(scope, hold);
const ENTRY = {
  ...{ ...scope, ...hold, reference: "r.example.com/portal:2.4.0", reason: "crashed", by: "deployer@example.com" },
  since: "2026-11-20T10:00:00Z",
};
const access = { context: "test", place: {} };

function maps(data: Readonly<Record<string, string>>, namespace = "ehealth-prod"): string {
  const list = { items: [{ metadata: { name: CLUSTER_HOLDS_NAME, namespace }, data }] };
  return `/bin/cat <<'END'\n${JSON.stringify(list)}\nEND`;
}

async function read(script: string, where: readonly string[] | "everywhere" = ["ehealth-prod"]) {
  const namespaces = where === "everywhere" ? undefined : where;
  return withFake("kubectl", script, () => readClusterHolds({ ...scope, namespaces, access }));
}

function codes(outcome: Outcome<unknown>): readonly string[] {
  return outcome.kind === "refused" ? outcome.refusals.map(({ code }) => code) : [];
}

describe("readClusterHolds, with a fake kubectl", () => {
  it("reads what the cluster holds of the stage, and where", async () => {
    const { since, project, stage, ...entry } = ENTRY;
    assert.deepEqual(await read(maps({ [KEY]: JSON.stringify(ENTRY) })), {
      kind: "accepted",
      value: [{ ...entry, sinceMs: Date.parse(since), namespace: "ehealth-prod", key: KEY }],
    });
    assert.deepEqual([project, stage], ["platform", "prod"]);
  });

  it("reads nothing of other stages, projects and namespaces, whatever stands there", async () => {
    const others = [
      holdKey({ ...scope, stage: "preprod" }, hold),
      holdKey({ ...scope, project: "other" }, hold),
      "note",
    ];
    const found = await read(maps(Object.fromEntries(others.map((key) => [key, "?"]))));
    assert.deepEqual(found, { kind: "accepted", value: [] });
    assert.deepEqual(await read(maps({ [KEY]: "?" }, "elsewhere")), { kind: "accepted", value: [] });
    assert.deepEqual(codes(await read(maps({ [KEY]: "?" }, "elsewhere"), "everywhere")), ["unreadable-hold"]);
  });

  it("asks nobody about no namespaces", async () => {
    assert.deepEqual(await read("exit 1", []), { kind: "accepted", value: [] });
  });

  for (const [what, broken] of Object.entries<object | string>({
    "no JSON": "{",
    "a list": [],
    "another stage": { ...ENTRY, stage: "preprod" },
    "another project": { ...ENTRY, project: "other" },
    "no application": { ...ENTRY, application: undefined },
    "no digest": { ...ENTRY, image: "2.4.0" },
    "no time": { ...ENTRY, since: "yesterday" },
    "an endless reason": { ...ENTRY, reason: "x".repeat(5000) },
  })) {
    it(`refuses an entry that is ${what}: nobody knows what it holds`, async () => {
      const text = typeof broken === "string" ? broken : JSON.stringify(broken);
      assert.deepEqual(codes(await read(maps({ [KEY]: text }))), ["unreadable-hold"]);
    });
  }

  it("refuses where the cluster does not answer", async () => {
    assert.deepEqual(codes(await read("exit 1")), ["cluster-unreachable"]);
  });

  it("asks each namespace by itself where it may not see all", async () => {
    const denied = 'case "$*" in *--all-namespaces*) echo "Forbidden" >&2; exit 1;; esac';
    const found = await read(`${denied}\n${maps({ [KEY]: JSON.stringify(ENTRY) })}`);
    assert.ok(found.kind === "accepted", JSON.stringify(found));
    assert.equal(found.value.length, 1);
    assert.deepEqual(codes(await read(denied, "everywhere")), ["cluster-denied"]);
  });
});

describe("holdKey", () => {
  it("is a key of a ConfigMap for the longest names, and another for each version", () => {
    const long = { project: "p".repeat(63), stage: "s".repeat(63) };
    const key = holdKey(long, { ...hold, application: "a".repeat(63) });
    assert.ok(key.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(key), key);
    assert.notEqual(holdKey(scope, hold), holdKey(scope, { ...hold, image: digestOf("other") }));
  });
});

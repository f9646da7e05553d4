import assert from "node:assert/strict";
import type { JsonObject } from "../src/model/json.ts";
import type { ApplicationRollout } from "../src/model/rollout.ts";
import { followRollout, readRollout } from "../src/rollout.ts";
import { withFake } from "./adapters/fake-program.ts";

const LABELS = { "app.kubernetes.io/name": "portal" };
const metadata = (name: string, more: JsonObject = {}): JsonObject => ({
  ...{ name, uid: `uid-${name}`, namespace: "ehealth", generation: 1, labels: LABELS },
  ...more,
});

/** A Deployment of two replicas, and the pods of its newest ReplicaSet. */
function cluster(ready: number): JsonObject {
  const revision = { annotations: { "deployment.kubernetes.io/revision": "1" } };
  const counts = { replicas: 2, updatedReplicas: 2, readyReplicas: ready, availableReplicas: ready };
  const pod = (index: number): JsonObject => ({
    kind: "Pod",
    metadata: metadata(`portal-${index}`, { ownerReferences: [{ uid: "uid-set" }] }),
    status: { phase: "Running", conditions: [{ type: "Ready", status: index < ready ? "True" : "False" }] },
  });
  const container = { name: "portal", image: "r.example.com/portal:1" };
  return {
    items: [
      {
        ...{ kind: "Deployment", metadata: metadata("portal", revision) },
        spec: { replicas: 2, template: { spec: { containers: [container] } } },
        status: { observedGeneration: 1, ...counts },
      },
      { kind: "ReplicaSet", metadata: metadata("set", { ...revision, ownerReferences: [{ uid: "uid-portal" }] }) },
      ...[pod(0), pod(1)],
    ],
  };
}

const says = (answer: JsonObject) => `/bin/cat <<'END'\n${JSON.stringify(answer)}\nEND`;
const ACCESS = { context: "test", place: {} };
const PORTAL = { name: "portal", namespace: "ehealth" };
const NOTHING = { items: [] };

/** What was seen until the update ended, at the first time when `enough`. */
async function follow(script: string, enough: (all: readonly ApplicationRollout[]) => boolean) {
  const seen: (readonly ApplicationRollout[])[] = [];
  const until = Promise.withResolvers<undefined>();
  const last = await withFake("kubectl", script, () =>
    followRollout({
      applications: [PORTAL],
      access: ACCESS,
      signal: new AbortController().signal,
      until: until.promise,
      onProgress: (all) => {
        seen.push(all);
        if (enough(all)) until.resolve(undefined);
      },
    }),
  );
  return { seen, last };
}

describe("readRollout, with a fake kubectl", () => {
  const read = (script: string) =>
    withFake("kubectl", script, () => readRollout({ applications: [PORTAL], access: ACCESS }));

  it("reads what a controller counts, and what its pods say", async () => {
    const outcome = await read(says(cluster(2)));
    assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
    const workloads = [{ kind: "Deployment", name: "portal", namespace: "ehealth", ready: 2, wanted: 2 }];
    assert.deepEqual(outcome.value, [{ application: "portal", workloads, done: true, problems: [] }]);
  });

  it("refuses where an object cannot be read: it may be the one that matters", async () => {
    const { items } = cluster(2) as { items: JsonObject[] };
    const outcome = await read(says({ items: [...items, { kind: "Pod", metadata: { name: 7 } }] }));
    assert.deepEqual(outcome.kind === "refused" && outcome.refusals.map(({ code }) => code), ["cluster-unreachable"]);
  });
});

describe("followRollout, with a fake kubectl", () => {
  // It answers well at every second call; the look after a failure is the next one.
  const flaky = (answer: JsonObject) =>
    `if [ -e "$PATH/failed" ]; then ${says(answer)}\nelse : > "$PATH/failed"; echo "connection refused" >&2; exit 1; fi`;

  it("asks a cluster again that did not answer", async () => {
    const { last, seen } = await follow(flaky(cluster(2)), ([portal]) => portal?.done === true);
    assert.equal(last.kind, "accepted");
    assert.equal(seen.length, 1);
  }).slow(10_000);

  it("looks a last time when the update has ended, however it has", async () => {
    for (const until of [() => Promise.resolve(), () => Promise.reject(new Error("failed"))]) {
      const seen: (readonly ApplicationRollout[])[] = [];
      const onProgress = (all: readonly ApplicationRollout[]) => void seen.push(all);
      const { signal } = new AbortController();
      const last = await withFake(
        "kubectl",
        `case "$*" in *events*) ${says(NOTHING)}\n;; *) ${says(cluster(1))}\n;; esac`,
        () => followRollout({ applications: [PORTAL], access: ACCESS, signal, until: until(), onProgress }),
      );
      assert.ok(last.kind === "accepted", JSON.stringify(last));
      assert.deepEqual([last.value[0]?.done, last.value[0]?.workloads[0]?.ready, seen.length], [false, 1, 1]);
    }
  });
});

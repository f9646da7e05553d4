import assert from "node:assert/strict";
import { readSettledWorkloads, readWorkloads } from "../../src/adapters/cluster-workloads.ts";
import type { NamespacedWorkload, WorkloadState } from "../../src/model/deployed-stage.ts";
import type { JsonObject } from "../../src/model/json.ts";
import { withFake } from "./fake-program.ts";

const CONDITIONS = [
  {
    ...{ type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
    ...{ lastUpdateTime: "2026-11-20T10:00:00Z", lastTransitionTime: "2026-11-20T10:00:00Z" },
  },
  {
    ...{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ...{ lastUpdateTime: "2026-11-20T10:05:00Z", lastTransitionTime: "2026-11-20T09:59:00Z" },
  },
];
const SPEC = {
  replicas: 2,
  template: {
    spec: {
      initContainers: [{ name: "wait", image: "r.example.com/wait:1@sha256:2" }],
      containers: [{ name: "portal", image: "r.example.com/portal:1@sha256:1" }],
    },
  },
};
const NONE = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
const COUNTS = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };

function deployment(changes: { spec?: JsonObject; status?: JsonObject; metadata?: JsonObject } = {}): JsonObject {
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment" },
    metadata: { name: "portal", namespace: "ehealth", generation: 3, ...changes.metadata },
    spec: changes.spec ?? SPEC,
    status: { observedGeneration: 3, ...COUNTS, conditions: CONDITIONS, ...changes.status },
  };
}

const PORTAL: NamespacedWorkload = { kind: "Deployment", name: "portal", namespace: "ehealth" };

async function read(item: JsonObject, workload = PORTAL): Promise<WorkloadState | undefined> {
  const script = `/bin/cat <<'END'\n${JSON.stringify({ items: [item, { ...item, metadata: { name: "other", namespace: "ehealth" } }] })}\nEND`;
  const outcome = await withFake("kubectl", script, () =>
    readWorkloads({ context: "test", place: {}, workloads: [workload] }),
  );
  assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
  assert.ok(outcome.value.length <= 1);
  return outcome.value[0];
}

describe("readWorkloads, with a fake kubectl", () => {
  it("reads those that were asked for: their images, and since when they are available", async () => {
    assert.deepEqual(await read(deployment()), {
      ...PORTAL,
      images: ["r.example.com/wait:1@sha256:2", "r.example.com/portal:1@sha256:1"],
      problem: undefined,
      settling: false,
      // The end of the last roll-out, which comes after the time when the first pods were there.
      availableSinceMs: Date.parse("2026-11-20T10:05:00Z"),
    });
    assert.equal(await read(deployment(), { ...PORTAL, name: "absent" }), undefined);
  });

  for (const [what, changes] of [
    ["a replica is not ready", { status: { readyReplicas: 1, availableReplicas: 1 } }],
    ["a replica is of an earlier version", { status: { updatedReplicas: 1 } }],
    ["a replica too many is not ready", { status: { replicas: 3 } }],
    ["one of them is missing", { status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 } }],
    ["the cluster has not seen its newest version", { status: { observedGeneration: 2 } }],
    ["nobody wants replicas of it", { spec: { ...SPEC, replicas: 0 }, status: NONE }],
    ["it is being deleted", { metadata: { deletionTimestamp: "2026-11-20T11:00:00Z" } }],
    ["it is not available", { status: { conditions: [{ ...CONDITIONS[0], status: "False" }] as never } }],
    ["nothing of it has come", { status: NONE }],
  ] as const) {
    it(`finds a Deployment unhealthy where ${what}`, async () => {
      const state = await read(deployment(changes));
      assert.equal(typeof state?.problem, "string");
    });
  }

  it("takes no offence at a last replica of the version before, while all are ready", async () => {
    const leaving = { replicas: 3, readyReplicas: 3, availableReplicas: 3 };
    assert.equal((await read(deployment({ status: leaving })))?.problem, undefined);
    const rolling = { ...leaving, updatedReplicas: 1 };
    assert.equal(typeof (await read(deployment({ status: rolling })))?.problem, "string");
  });

  it("judges a StatefulSet by its revisions too", async () => {
    const set = {
      ...deployment({ status: { conditions: [], currentRevision: "a", updateRevision: "a" } }),
      kind: "StatefulSet",
    };
    const asked = { ...PORTAL, kind: "StatefulSet" } as const;
    assert.equal((await read(set, asked))?.problem, undefined);
    const rolling = { ...deployment({ status: { currentRevision: "a", updateRevision: "b" } }), kind: "StatefulSet" };
    assert.equal(typeof (await read(rolling, asked))?.problem, "string");
  });

  it("counts a DaemonSet by nodes", async () => {
    const counts = {
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
    };
    const asked = { ...PORTAL, kind: "DaemonSet" } as const;
    assert.equal((await read({ ...deployment({ status: counts }), kind: "DaemonSet" }, asked))?.problem, undefined);
    const short = { ...deployment({ status: { ...counts, numberReady: 2 } }), kind: "DaemonSet" };
    assert.equal(typeof (await read(short, asked))?.problem, "string");
  });

  it("asks each namespace once, for the kinds in question alone", async () => {
    const script = `case "$*" in *"get deployments.apps --namespace ehealth"*) echo '{"items":[]}';; *) exit 9;; esac`;
    const workloads = [PORTAL, { ...PORTAL, name: "patients" }];
    const outcome = await withFake("kubectl", script, () => readWorkloads({ context: "test", place: {}, workloads }));
    assert.deepEqual(outcome, { kind: "accepted", value: [] });
  });

  it("asks nobody about nothing, and refuses without an answer", async () => {
    const ask = (workloads: readonly NamespacedWorkload[]) =>
      withFake("kubectl", undefined, () => readWorkloads({ context: "test", place: {}, workloads }));
    assert.equal((await ask([])).kind, "accepted");
    const outcome = await ask([PORTAL]);
    assert.equal(outcome.kind === "refused" && outcome.refusals[0]?.code, "missing-kubectl");
  });
});

describe("readSettledWorkloads, with a fake kubectl", () => {
  /** The first answer once, the second from then on. */
  function inTurn(first: JsonObject, second: JsonObject): string {
    return [
      'asked="${0%/*}/asked"',
      `if [ -e "$asked" ]; then /bin/cat <<'END'\n${JSON.stringify({ items: [second] })}\nEND`,
      `else : > "$asked"; /bin/cat <<'END'\n${JSON.stringify({ items: [first] })}\nEND`,
      "fi",
    ].join("\n");
  }

  async function look(first: JsonObject, second: JsonObject): Promise<WorkloadState | undefined> {
    const outcome = await withFake("kubectl", inTurn(first, second), () =>
      readSettledWorkloads({ context: "test", place: {}, workloads: [PORTAL] }),
    );
    assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
    return outcome.value[0];
  }

  for (const [what, status] of [
    ["the last replica of the version before has gone", { replicas: 3 }],
    ["the cluster has taken notice", { observedGeneration: 2 }],
  ] as const) {
    it(`looks again until ${what}`, async () => {
      assert.equal((await look(deployment({ status }), deployment()))?.problem, undefined);
    });
  }

  for (const [what, status] of [
    ["a replica is not ready", { readyReplicas: 1, availableReplicas: 1 }],
    ["the roll-out goes on", { replicas: 3, updatedReplicas: 1 }],
    ["a new replica is not ready beside an old one", { replicas: 3, readyReplicas: 1, availableReplicas: 1 }],
  ] as const) {
    it(`looks once where ${what}`, async () => {
      assert.equal(typeof (await look(deployment({ status }), deployment()))?.problem, "string");
    });
  }
});

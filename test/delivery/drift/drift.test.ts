import assert from "node:assert/strict";
import fc from "fast-check";
import { compareWithCluster, type DriftFacts } from "../../../src/delivery/drift/drift.ts";
import { splitDrift } from "../../../src/delivery/drift/overwritten.ts";
import { objectKey, type ClusterObject } from "../../../src/model/cluster-object.ts";
import type { DriftedObject } from "../../../src/model/drift.ts";
import { content, declaredPortal, livePortal, OWN, podWith, written } from "./sample-objects.ts";

const ENV = "spec.template.spec.containers[name=portal].env";

function drift(facts: Partial<DriftFacts>): readonly DriftedObject[] {
  return compareWithCluster({
    ...{ declared: [declaredPortal()], live: [livePortal()], inNamespaces: [], alsoKnown: [] },
    ...facts,
  });
}

function fieldsOf(objects: readonly DriftedObject[]) {
  return objects.flatMap((one) => (one.kind === "changed" ? one.fields : []));
}

function inNamespace(kind: string, name: string, more: Partial<ClusterObject> = {}): ClusterObject {
  const made = written("kubectl-create", { "f:data": {} });
  return {
    ...{ name: { apiVersion: "v1", kind, namespace: "ehealth", name }, content: {}, managers: [made] },
    ...{ owned: false, isGoing: false, ...more },
  };
}

describe("drift of what an update declared", () => {
  it("is none where the cluster has it as it was left, whatever the status is", () => {
    assert.deepEqual(drift({}), []);
  });

  it("is a field with another value, and who wrote it", () => {
    const kubectl = written("kubectl", { "f:spec": { "f:replicas": {} } }, "scale");
    const found = drift({ live: [livePortal({ content: content({ replicas: 4 }), managers: [OWN, kubectl] })] });
    assert.deepEqual(found, [
      {
        ...{ kind: "changed", object: declaredPortal().name, application: "portal", by: "kubectl" },
        fields: [{ path: "spec.replicas", declared: 2, found: 4 }],
      },
    ]);
  });

  it("is a field that is gone, or an element of a list, once", () => {
    const found = fieldsOf(drift({ live: [livePortal({ content: content(podWith({ env: [] })) })] }));
    assert.deepEqual(found, [
      { path: `${ENV}[name=LEVEL]`, declared: { name: "LEVEL", value: "info" }, found: undefined },
    ]);
  });

  it("finds an element of a list wherever it stands", () => {
    const sidecar = { name: "a-sidecar", image: "proxy:1" };
    const pod = { template: { spec: { containers: [sidecar, ...containersOf(podWith({ image: "portal:2" }))] } } };
    const found = fieldsOf(drift({ live: [livePortal({ content: content(pod) })] }));
    assert.deepEqual(
      found.map(({ path }) => path),
      ["spec.template.spec.containers[name=portal].image"],
    );
  });

  it("is what was written as one value, where any of it differs", () => {
    const found = fieldsOf(drift({ live: [livePortal({ content: content({ strategy: { type: "Recreate" } }) })] }));
    assert.deepEqual(
      found.map(({ path }) => path),
      ["spec.strategy"],
    );
  });

  it("is nothing of what the API server or a controller adds", () => {
    const controller = written("kube-controller-manager", { "f:spec": { "f:paused": {} } });
    const live = livePortal({ content: content({ paused: true }), managers: [OWN, controller] });
    assert.deepEqual(drift({ live: [live] }), []);
  });

  it("is what a person adds to the object, which stays", () => {
    const name = 'k:{"name":"DEBUG"}';
    const fields = specOf({ "f:env": { [name]: { ".": {}, "f:name": {}, "f:value": {} } } });
    const pod = podWith({
      env: [
        { name: "LEVEL", value: "info" },
        { name: "DEBUG", value: "1" },
      ],
    });
    const live = livePortal({ content: content(pod), managers: [OWN, written("kubectl-set", fields)] });
    const found = drift({ live: [live] });
    assert.deepEqual(fieldsOf(found), [
      { path: `${ENV}[name=DEBUG]`, declared: undefined, found: { name: "DEBUG", value: "1" }, stays: true },
    ]);
    assert.deepEqual(splitDrift(found), { overwritten: [], staying: found });
  });

  it("is a label that a person wrote, and none that an unknown controller wrote", () => {
    const fields = { "f:metadata": { "f:labels": { ".": {}, "f:team": {} } } };
    const by = (manager: string) =>
      drift({ live: [livePortal({ content: content({}, { team: "x" }), managers: [OWN, written(manager, fields)] })] });
    assert.deepEqual(
      fieldsOf(by("kubectl-label")).map(({ path }) => path),
      ["metadata.labels.team"],
    );
    assert.deepEqual(by("some-operator"), []);
  });

  it("is no restart, and never the copy of the whole object that kubectl apply keeps", () => {
    const names = ["kubectl.kubernetes.io/restartedAt", "kubectl.kubernetes.io/last-applied-configuration"];
    const annotations = Object.fromEntries(names.map((name) => [`f:${name}`, {}]));
    const values = Object.fromEntries(names.map((name) => [name, "s3cr3t"]));
    const fields = { "f:spec": { "f:template": { "f:metadata": { "f:annotations": annotations } } } };
    const template = { template: { metadata: { annotations: values }, ...(podWith({})["template"] as object) } };
    const live = livePortal({ content: content(template), managers: [OWN, written("kubectl-rollout", fields)] });
    assert.deepEqual(drift({ live: [live] }), []);
  });

  it("is an object that is gone, or that is going", () => {
    const deleted = [{ kind: "deleted", object: declaredPortal().name, application: "portal" }];
    assert.deepEqual(drift({ live: [] }), deleted);
    assert.deepEqual(drift({ live: [livePortal({ isGoing: true })] }), deleted);
  });

  it("is no finished Job that was to go by itself", () => {
    const name = { apiVersion: "batch/v1", kind: "Job", namespace: "ehealth", name: "once" };
    const going = { ...OWN, fields: { "f:spec": { "f:ttlSecondsAfterFinished": {} } } };
    assert.deepEqual(drift({ declared: [declaredPortal({ name, own: going })], live: [] }), []);
    assert.equal(drift({ declared: [declaredPortal({ name })], live: [] }).length, 1);
  });

  it("takes an object in another version of its API for the same one", () => {
    const name = { ...declaredPortal().name, apiVersion: "apps/v1beta1" };
    assert.deepEqual(drift({ live: [livePortal({ name })] }), []);
  });

  it("shows any other number of replicas, and no equal one", () => {
    fc.assert(
      fc.property(fc.nat(), (replicas) => {
        const found = fieldsOf(drift({ live: [livePortal({ content: content({ replicas }) })] }));
        assert.equal(found.length, replicas === 2 ? 0 : 1);
      }),
    );
  });
});

describe("drift of a secret", () => {
  const ciphertext = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
  const name = { apiVersion: "v1", kind: "Secret", namespace: "ehealth", name: "portal-secrets" };
  const own = { ...OWN, fields: { "f:data": { "f:URL": {}, "f:TOKEN": {} } } };
  const declared = declaredPortal({ name, own, recorded: { apiVersion: "v1", kind: "Secret", data: ciphertext } });
  const live = (...managers: ClusterObject["managers"]) =>
    livePortal({ name, managers, content: { data: { URL: null, TOKEN: null, MORE: null } } });

  it("is none where all of it is still the update's", () => {
    assert.deepEqual(drift({ declared: [declared], live: [live(own)] }), []);
  });

  it("is each value that somebody else wrote since, without a value", () => {
    const rest = { ...own, fields: { "f:data": { "f:TOKEN": {} } } };
    const found = drift({
      declared: [declared],
      live: [live(rest, written("kubectl-edit", { "f:data": { "f:URL": {} } }))],
    });
    assert.deepEqual(fieldsOf(found), [{ path: "data.URL", declared: undefined, found: undefined }]);
    assert.deepEqual(splitDrift(found), { overwritten: found, staying: [] });
    assert.equal(found[0]?.kind === "changed" ? found[0].by : undefined, "kubectl-edit");
  });

  it("shows no value that the state has as plain text", () => {
    const plain = { ...declared, recorded: { apiVersion: "v1", kind: "Secret", data: { URL: "c2VjcmV0" } } };
    assert.deepEqual(fieldsOf(drift({ declared: [plain], live: [live(own)] })), [
      { path: "data.URL", declared: undefined, found: undefined },
    ]);
  });

  it("is every value where somebody made the object anew", () => {
    const anew = written("kubectl-create", { "f:data": { "f:URL": {}, "f:TOKEN": {} } });
    assert.deepEqual(
      fieldsOf(drift({ declared: [declared], live: [live(anew)] })).map(({ path }) => path),
      ["data.URL", "data.TOKEN"],
    );
  });

  it("is a value that was added, which stays and is not shown", () => {
    const more = written("kubectl-patch", { "f:data": { "f:MORE": {} } });
    assert.deepEqual(fieldsOf(drift({ declared: [declared], live: [live(own, more)] })), [
      { path: "data.MORE", declared: undefined, found: undefined, stays: true },
    ]);
  });
});

describe("objects that were added by hand", () => {
  const added = (object: ClusterObject, alsoKnown: readonly string[] = []) =>
    drift({ inNamespaces: [livePortal(), object], alsoKnown });

  it("are those that nobody declared, and who made them", () => {
    const object = inNamespace("ConfigMap", "by-hand");
    assert.deepEqual(added(object), [{ kind: "added", object: object.name, by: "kubectl-create" }]);
  });

  it("are no objects that another one, a controller, the cluster or a verb of ours answers for", () => {
    const component = (name: string) => ({ metadata: { labels: { "app.kubernetes.io/component": name } } });
    const controlled = [written("kube-controller-manager", {}), written("some-agent", {}, "status")];
    const none = [
      inNamespace("Pod", "portal-1", { owned: true }),
      inNamespace("Endpoints", "portal", { managers: controlled }),
      inNamespace("ServiceAccount", "default", { managers: [] }),
      inNamespace("ConfigMap", "kube-root-ca.crt"),
      inNamespace("ConfigMap", "lockstep-holds"),
      inNamespace("ConfigMap", "lockstep-checks"),
      inNamespace("Job", "portal-down", { content: component("migration-down") }),
      inNamespace("Job", "portal-smoke", { content: component("smoke") }),
    ];
    for (const object of none) assert.deepEqual(added(object), [], object.name.name);
    assert.equal(added(inNamespace("Pod", "by-hand", { content: component("smoke") })).length, 1);
  });

  it("are none that the state knows in another way, such as what is still to be deleted", () => {
    const object = inNamespace("ConfigMap", "to-go");
    assert.deepEqual(added(object, [objectKey(object.name)]), []);
  });
});

function containersOf(pod: ReturnType<typeof podWith>) {
  // As podWith makes it.
  return (pod as { template: { spec: { containers: readonly { name: string }[] } } }).template.spec.containers;
}

function specOf(container: ClusterObject["managers"][number]["fields"]) {
  return { "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"portal"}': container } } } } };
}

import assert from "node:assert/strict";
import { GIVEN_TO, judgeTakenNames, type TakenNamesQuestion } from "../../src/delivery/taken-names.ts";
import { objectKey, type ClusterObject } from "../../src/model/cluster-object.ts";
import { livePortal, written } from "./drift/sample-objects.ts";

type Texts = Readonly<Record<string, string>>;

/** An object that somebody made by hand. */
function found(
  about: { labels?: Texts; annotations?: Texts } = {},
  changes: Partial<ClusterObject> = {},
): ClusterObject {
  const content = { apiVersion: "apps/v1", kind: "Deployment", metadata: { ...about } };
  return livePortal({ content, managers: [written("kubectl-create", {})], ...changes });
}

const engine = { managers: [written("pulumi-kubernetes-0a1b2c3d", {})] };
const shared = { name: { apiVersion: "v1", kind: "ClusterRole", namespace: undefined, name: "portal" } };

function judge(objects: readonly ClusterObject[], more: Partial<TakenNamesQuestion> = {}) {
  return judgeTakenNames({
    ...{ project: "lockstep", stage: "inttest", namespaces: [{ name: "ehealth", create: true }] },
    ...{ found: objects, known: new Set<string>(), context: "the cluster" },
    ...more,
  });
}

function codes(objects: readonly ClusterObject[], more: Partial<TakenNamesQuestion> = {}): readonly string[] {
  return judge(objects, more).refusals.map(({ code }) => code);
}

describe("a name that an update would use, and that the cluster has", () => {
  it("is refused where somebody else made the object, with who and what to type", () => {
    const { refusals, warnings } = judge([
      found({
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: { "meta.helm.sh/release-name": "shop" },
      }),
    ]);
    assert.deepEqual(warnings, []);
    const [refusal, ...others] = refusals;
    assert.ok(refusal?.code === "taken-name" && others.length === 0);
    for (const part of ["Helm", "release shop", "kubectl-create"]) assert.ok(refusal.found.includes(part), part);
    const words = "kubectl --context 'the cluster' --namespace ehealth annotate deployment.apps portal";
    assert.ok(refusal.action.includes(`${words} ${GIVEN_TO}=lockstep/inttest`), refusal.action);
  });

  it("is the stack's own where its state knows it", () => {
    const object = found();
    assert.deepEqual(judge([object], { known: new Set([objectKey(object.name)]) }), { refusals: [], warnings: [] });
  });

  it("is taken over where it was given to this stage, and to no other one", () => {
    const { refusals, warnings } = judge([found({ annotations: { [GIVEN_TO]: "lockstep/inttest" } })]);
    assert.deepEqual(refusals, []);
    assert.match(warnings.join(), /Deployment ehealth\/portal.*taken over/);
    for (const other of ["lockstep/prod", "other/inttest", "", "true"])
      assert.deepEqual(codes([found({ annotations: { [GIVEN_TO]: other } })]), ["taken-name"], other);
  });

  it("is the stage's own where the engine left it in a namespace of the stage, which is said", () => {
    assert.deepEqual(codes([found({}, engine)]), []);
    assert.match(judge([found({}, engine)]).warnings.join(), /has forgotten it/);
  });

  it("is refused where the engine left it in a namespace that is not the stage's own", () => {
    assert.deepEqual(codes([found({}, engine)], { namespaces: [{ name: "ehealth", create: false }] }), ["taken-name"]);
    assert.deepEqual(codes([found({}, engine)], { namespaces: [{ name: "other", create: true }] }), ["taken-name"]);
  });

  it("is the stage's own beside all namespaces only with the stage's labels", () => {
    const labels = { "lockstep.dev/project": "lockstep", "lockstep.dev/stage": "inttest" };
    assert.deepEqual(codes([found({ labels }, { ...shared, ...engine })]), []);
    for (const broken of [{}, { ...labels, "lockstep.dev/stage": "prod" }, { ...labels, "lockstep.dev/project": "x" }])
      assert.deepEqual(codes([found({ labels: broken }, { ...shared, ...engine })]), ["taken-name"]);
    assert.deepEqual(codes([found({ labels }, shared)]), ["taken-name"]);
  });

  it("is refused for each object", () => {
    assert.deepEqual(codes([found(), found({}, shared)]), ["taken-name", "taken-name"]);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { findImageVolumes, findPods } from "../../../policy/kubernetes/pod-finder.ts";
import { unknown } from "../harness/engine-values.ts";
import { resource } from "../harness/resources.ts";
import { deployment, object, podSpec } from "../harness/samples.ts";

const KINDS: readonly (readonly [apiVersion: string, kind: string, specPath: string])[] = [
  ["v1", "Pod", "spec"],
  ["v1", "PodTemplate", "template.spec"],
  ["apps/v1", "Deployment", "spec.template.spec"],
  ["apps/v1", "StatefulSet", "spec.template.spec"],
  ["apps/v1", "DaemonSet", "spec.template.spec"],
  ["apps/v1", "ReplicaSet", "spec.template.spec"],
  ["v1", "ReplicationController", "spec.template.spec"],
  ["batch/v1", "Job", "spec.template.spec"],
  ["batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec"],
  ["argoproj.io/v1alpha1", "Rollout", "spec.template.spec"],
];

describe("the pods of an object", () => {
  for (const [apiVersion, kind, specPath] of KINDS) {
    it(`of ${apiVersion} ${kind} are at ${specPath}`, () => {
      const { props } = object(apiVersion, kind, nested(specPath.split("."), podSpec()));
      const [pod, ...others] = findPods(resource({ ...object(apiVersion, kind, {}), props }));
      assert.equal(pod?.specPath, specPath);
      assert.equal(others.length, 0);
    });
  }

  it("of a List are those of its items, with the metadata beside each spec", () => {
    const items = [deployment().props, { kind: "Pod", metadata: { name: "one" }, spec: podSpec() }];
    const pods = findPods(resource(object("v1", "List", { items })));
    assert.deepEqual(
      pods.map(({ specPath }) => specPath),
      ["items[0].spec.template.spec", "items[1].spec"],
    );
    assert.deepEqual(
      pods.map(({ metadata }) => JSON.stringify(metadata)),
      ['{"labels":{"app":"appointments"}}', '{"name":"one"}'],
    );
  });

  for (const list of ["containers", "initContainers", "ephemeralContainers"]) {
    it(`are wherever an array ${list} is`, () => {
      const found = findPods(resource(object("example.com/v1", "Any", { [list]: [{ image: "x" }] })));
      assert.deepEqual(
        found.map(({ specPath }) => specPath),
        [""],
      );
    });
  }

  it("are not where the containers are no array", () => {
    assert.deepEqual(findPods(resource(object("v1", "ConfigMap", { spec: { containers: "none" } }))), []);
  });

  it("of what is no object of a cluster are none", () => {
    const component = { type: "lockstep:index:Application", props: { values: podSpec() } };
    assert.deepEqual(findPods(resource(component)), []);
  });

  it("are found though the environment, the metadata and the secrets of the object are unknown", () => {
    const spec = { containers: [{ image: "x", env: [{ name: "A", value: unknown }], args: [unknown] }] };
    const { type, props } = deployment(spec);
    assert.equal(findPods(resource({ type, props: { ...props, metadata: unknown } })).length, 1);
    assert.equal(findPods(resource(object("v1", "Pod", { metadata: unknown, spec: podSpec() }))).length, 1);
    assert.deepEqual(findPods(resource(object("v1", "Secret", { stringData: { A: unknown } }))), []);
  });

  it("are undecided where something that may hold them is unknown", () => {
    const { type, props } = deployment();
    assert.throws(() => findPods(resource({ type, props: { ...props, spec: unknown } })));
    assert.throws(() => findPods(resource(deployment({ containers: unknown }))));
  });

  it("are found below a hundred thousand levels", () => {
    const judged = resource(deployment());
    let deep: unknown = podSpec();
    for (let level = 0; level < 100_000; level++) deep = { a: deep };
    assert.equal(findPods({ ...judged, props: { spec: deep } }).length, 1);
  });

  it("are found at any depth of any object", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), pathArbitrary, (noise, path) => {
        const judged = resource(object("example.com/v1", "Any", { noise, ...nested(["spec", ...path], podSpec("x")) }));
        const specPath = findPods(judged).map((pod) => pod.specPath);
        assert.ok(
          specPath.some((found) => found.startsWith("spec")),
          specPath.join("\n"),
        );
      }),
    );
  });
});

describe("the image volumes of an object", () => {
  it("are found with their paths, and other volumes are not", () => {
    const volumes = [
      { name: "data", emptyDir: {} },
      { name: "model", image: { reference: "r", pullPolicy: "Always" } },
    ];
    const found = findImageVolumes(resource(deployment({ ...podSpec(), volumes })));
    assert.deepEqual(found, [{ path: "spec.template.spec.volumes[1].image.reference", reference: "r" }]);
  });
});

/** Keys, and indices of lists. Not the few keys that hold no pods. */
const key = fc
  .string({ minLength: 1, maxLength: 5 })
  .filter((text) => !/^(?:__proto__|env|envFrom|command|args)$/.test(text));
const pathArbitrary = fc.array(fc.oneof(key, fc.constantFrom("containers", "items")), { maxLength: 5 });

/** `value` below keys, each of them a mapping; `items` and `containers` are lists of one. */
function nested(path: readonly string[], value: unknown): Record<string, unknown> {
  const isList = (step: string): boolean => step === "items" || step === "containers";
  const whole = path.reduceRight<unknown>((below, step) => ({ [step]: isList(step) ? [below] : below }), value);
  return whole as Record<string, unknown>;
}

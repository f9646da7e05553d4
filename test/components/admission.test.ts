import assert from "node:assert/strict";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Admission } from "../../src/components/admission.ts";
import { planAdmission } from "../../src/delivery/admission/admission-plan.ts";
import { DIGEST, stageOf, STACK_FILE, withText } from "../model/sample-stage.ts";
import { only, record, type Registered } from "./recording-mocks.ts";

const ADMISSION = "lockstep:index:Admission";
const LIST = "kubernetes:core/v1:LimitRange";
const POLICY = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy";
const BINDING = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding";

async function deploy(text = STACK_FILE): Promise<readonly Registered[]> {
  const stage = stageOf(text);
  const plan = planAdmission("platform", { stage, previous: new Map(), departed: [], adopted: [], revoked: [] });
  return record(() => {
    const namespace = new Namespace("ehealth-inttest", {});
    const dependenciesOf = (name: string) => (name === "ehealth-inttest" ? [namespace] : []);
    new Admission("inttest", { project: "platform", stage: "inttest", plan, dependenciesOf }, {});
  });
}

function of(registered: readonly Registered[], type: string): readonly Registered[] {
  return registered.filter((resource) => resource.type === type);
}

describe("Admission, with Pulumi's mocks", () => {
  it("writes a list into each namespace, also where that is somebody else's, after the namespace", async () => {
    const registered = await deploy(withText("ehealth: { ", "ehealth: { create: false, "));
    // The one that waits for its namespace is registered last.
    const lists = of(registered, LIST).toSorted((one, other) => one.name.localeCompare(other.name));
    assert.deepEqual(
      lists.map(({ inputs }) => inputs["metadata"]),
      [
        ["ehealth-inttest", `${DIGEST} registry.example.com/ehealth/appointments:1.4.2`],
        [
          "platform-inttest",
          `${DIGEST} ${["portal:2.3.0", "status-page:0.9.3"].map((image) => `registry.example.com/ehealth/${image}`).join(", ")}`,
        ],
      ].map(([namespace, images]) => ({
        name: "lockstep-images",
        namespace,
        labels: { "lockstep.dev/project": "platform", "lockstep.dev/stage": "inttest" },
        annotations: { "lockstep.dev/images": images },
      })),
    );
    assert.ok(
      lists.every(({ inputs }) => !("spec" in inputs)),
      "a list limits nothing else",
    );
    assert.ok(lists[0]?.dependencies.some((urn) => urn.includes("Namespace::ehealth-inttest")));
  });

  it("binds every policy to the stage's namespaces by name, to deny", async () => {
    const registered = await deploy();
    const bindings = of(registered, BINDING);
    assert.equal(bindings.length, of(registered, POLICY).length);
    for (const { name, inputs, dependencies } of bindings) {
      const policy = of(registered, POLICY).find((one) => one.name === name);
      const spec = inputs["spec"] as Record<string, unknown>;
      assert.equal(spec["policyName"], (policy?.inputs["metadata"] as { name: string }).name);
      assert.deepEqual(spec["validationActions"], ["Deny"]);
      assert.deepEqual(spec["matchResources"], {
        namespaceSelector: {
          matchExpressions: [
            { key: "kubernetes.io/metadata.name", operator: "In", values: ["ehealth-inttest", "platform-inttest"] },
          ],
        },
      });
      assert.ok(dependencies.some((urn) => urn.includes("ValidatingAdmissionPolicy::")));
    }
  });

  it("guards the lists before it writes them, and reads them when all are there", async () => {
    const registered = await deploy();
    const before = (name: string, type: string): readonly string[] =>
      registered.find((one) => one.type === type && one.name === name)?.dependencies ?? [];
    for (const { name } of of(registered, LIST)) {
      assert.ok(before(name, LIST).some((urn) => urn.endsWith("Binding::guarded-list")));
    }
    assert.equal(before("listed-images", BINDING).filter((urn) => urn.includes("LimitRange::")).length, 2);
  });

  it("refuses where it cannot decide: on an error, and without a list for the policy that reads one", async () => {
    const registered = await deploy();
    const policies = of(registered, POLICY).map(({ inputs }) => inputs["spec"] as Record<string, unknown>);
    assert.ok(policies.length > 0 && policies.every((spec) => spec["failurePolicy"] === "Fail"));
    const params = of(registered, BINDING).map(({ inputs }) => (inputs["spec"] as Record<string, unknown>)["paramRef"]);
    assert.deepEqual(
      params.filter((param) => param !== undefined),
      [{ name: "lockstep-images", parameterNotFoundAction: "Deny" }],
    );
  });

  it("reads lists of the kind that it writes, in one policy", async () => {
    const specs = of(await deploy(), POLICY).map(({ inputs }) => inputs["spec"] as Record<string, unknown>);
    const kinds = specs.map((spec) => spec["paramKind"]).filter((kind) => kind !== undefined);
    assert.deepEqual(kinds, [{ apiVersion: "v1", kind: LIST.split(":").at(-1) }]);
  });

  it("shows the lists to policies as plain inputs", async () => {
    const { inputs } = only(await deploy(), ADMISSION);
    assert.deepEqual(Object.keys(inputs["images"] as object), ["ehealth-inttest", "platform-inttest"]);
  });

  it("makes nothing for a stage without namespaces", async () => {
    const registered = await deploy("");
    assert.deepEqual(
      [LIST, POLICY, BINDING].flatMap((type) => of(registered, type)),
      [],
    );
  });
});

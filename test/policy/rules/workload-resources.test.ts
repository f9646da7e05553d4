import assert from "node:assert/strict";
import { workloadResources } from "../../../policy/rules/workload-resources.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, violatedPaths, violations } from "../harness/verdict.ts";
import { CONTAINER, container, deployment, migrationJob, WEB_SERVICE } from "./web-service.ts";

const AT = "spec.template.spec.containers[0].resources";
const GIVEN = CONTAINER.resources;

function withDefaults(defaults: string, create = true) {
  const namespace = `ehealth: { create: ${create}, defaults: ${defaults},`;
  return stageContext({ stackFile: withText("ehealth: {", namespace, STACK_FILE) });
}

describe("workload-resources", () => {
  it("passes every object of the sample chart", async () => {
    for (const text of WEB_SERVICE) await assertPasses(workloadResources, text);
  });

  it("names each amount that is missing", async () => {
    const paths = await violatedPaths(workloadResources, container({ resources: {} }));
    assert.deepEqual(paths, [`${AT}.limits.memory`, `${AT}.requests.cpu`, `${AT}.requests.memory`]);
  });

  it("asks init containers and migrations too, and no ephemeral container", async () => {
    const init = deployment({ initContainers: [{ ...CONTAINER, resources: { ...GIVEN, limits: {} } }] });
    assert.deepEqual(await violatedPaths(workloadResources, init), [
      "spec.template.spec.initContainers[0].resources.limits.memory",
    ]);
    const job = migrationJob({ containers: [{ ...CONTAINER, resources: undefined }] });
    assert.equal((await violations(workloadResources, job)).length, 3);
    await assertPasses(workloadResources, deployment({ ephemeralContainers: [{ name: "debug" }] }));
  });

  for (const amount of ["0", "0m", "0.0Mi", "-1", "many", "1 Gi", "1Gib", "", "1e999999999", true]) {
    it(`refuses ${JSON.stringify(amount)} as an amount`, async () => {
      const text = container({ resources: { ...GIVEN, requests: { ...GIVEN.requests, memory: amount } } });
      assert.deepEqual(await violatedPaths(workloadResources, text), [`${AT}.requests.memory`]);
    });
  }

  for (const [request, limit] of [
    ["513Mi", "512Mi"],
    ["1G", "900M"],
    ["1Mi", "1M"],
    ["1e9", "999999999"],
    ["512Mi", "512m"],
  ]) {
    it(`refuses a request of ${request} beyond the limit ${limit}`, async () => {
      const text = container({ resources: { requests: { cpu: 1, memory: request }, limits: { memory: limit } } });
      assert.deepEqual(await violatedPaths(workloadResources, text), [`${AT}.requests.memory`]);
    });
  }

  it("takes amounts that are the same in other words for the same", async () => {
    const requests = { cpu: "0.5", memory: "1Gi" };
    await assertPasses(
      workloadResources,
      container({ resources: { requests, limits: { cpu: "500m", memory: "1024Mi" } } }),
    );
  });

  it("takes a limit for the request that is left out, as the API server does", async () => {
    await assertPasses(workloadResources, container({ resources: { limits: { cpu: 1, memory: "1Gi" } } }));
  });

  it("counts the defaults of the namespace where the stage writes them", async () => {
    const bare = container({ resources: undefined });
    const defaults = "{ requests: { cpu: 50m, memory: 64Mi }, limits: { memory: 64Mi } }";
    await assertPasses(workloadResources, bare, withDefaults(defaults));
    assert.equal((await violations(workloadResources, bare, withDefaults(defaults, false))).length, 3);
  });

  it("refuses a request beyond the limit that the namespace gives: the API server refuses the pod", async () => {
    const text = container({ resources: { requests: GIVEN.requests } });
    const context = withDefaults("{ limits: { memory: 64Mi } }");
    assert.deepEqual(await violatedPaths(workloadResources, text, context), [`${AT}.requests.memory`]);
  });
});

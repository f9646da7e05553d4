import assert from "node:assert/strict";
import { privateByDefault } from "../../../policy/rules/private-by-default.ts";
import { applications, catalogueOf } from "../../model/sample-stage.ts";
import type { ResourceText } from "../harness/resources.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, violatedPaths } from "../harness/verdict.ts";
import { container, deployment, service, WEB_SERVICE } from "./web-service.ts";

const OPEN: readonly (readonly [string, ResourceText, string])[] = [
  ["a load balancer", service({ type: "LoadBalancer" }), "spec.type"],
  ["a port of every node", service({ type: "NodePort" }), "spec.type"],
  ["another name", service({ type: "ExternalName", externalName: "db.example.org" }), "spec.type"],
  ["addresses from outside", service({ externalIPs: ["192.0.2.1"] }), "spec.externalIPs"],
  ["the node's network", deployment({ hostNetwork: true }), "spec.template.spec.hostNetwork"],
  [
    "a port of the node",
    container({ ports: [{ containerPort: 8080, hostPort: 80 }] }),
    "spec.template.spec.containers[0].ports[0].hostPort",
  ],
];

describe("private-by-default", () => {
  it("passes every object of the sample chart", async () => {
    for (const text of WEB_SERVICE) await assertPasses(privateByDefault, text);
  });

  for (const [what, text, path] of OPEN) {
    it(`refuses ${what}, unless the application is declared public`, async () => {
      assert.deepEqual(await violatedPaths(privateByDefault, text), [path]);
      const open = applications.map((one) => (one.name === "appointments" ? { ...one, public: true } : one));
      await assertPasses(privateByDefault, text, stageContext({ catalogue: catalogueOf(...open) }));
    });
  }

  it("opens nothing for the others", async () => {
    const open = applications.map((one) => (one.name === "portal" ? { ...one, public: true } : one));
    const context = stageContext({ catalogue: catalogueOf(...open) });
    assert.deepEqual(await violatedPaths(privateByDefault, service({ type: "NodePort" }), context), ["spec.type"]);
  });

  it("refuses it outside every application too", async () => {
    const text = { ...service({ type: "NodePort" }), parents: ["lockstep:index:Stage"] };
    assert.deepEqual(await violatedPaths(privateByDefault, text), ["spec.type"]);
  });
});

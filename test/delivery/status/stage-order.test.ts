import assert from "node:assert/strict";
import { inGraphOrder, sourcesOf, withSources } from "../../../src/delivery/status/stage-order.ts";
import type { StageDefinition } from "../../../src/model/stages.ts";
import { inttest } from "../../model/sample-stage.ts";

function stages(graph: Readonly<Record<string, StageDefinition["from"]>>) {
  return new Map(Object.entries(graph).map(([name, from]) => [name, { ...inttest, name, from }]));
}

function orderOf(graph: Readonly<Record<string, StageDefinition["from"]>>): string[] {
  return inGraphOrder(stages(graph)).map(({ name }) => name);
}

describe("the order of the stages", () => {
  it("leads from the registry to the last stage, whatever the order of the file", () => {
    const graph = { prod: ["preprod"], preprod: ["extest"], inttest: "registry", extest: ["inttest"] } as const;
    assert.deepEqual(orderOf(graph), ["inttest", "extest", "preprod", "prod"]);
  });

  it("puts a stage after all of its sources, also where one of them is near the registry", () => {
    const graph = { prod: ["hotfix", "extest"], hotfix: "registry", extest: ["inttest"], inttest: "registry" } as const;
    assert.deepEqual(orderOf(graph), ["hotfix", "inttest", "extest", "prod"]);
  });

  it("names the sources of the stages that are asked about, and no others", () => {
    const graph = stages({ inttest: "registry", extest: ["inttest"], preprod: ["extest"], prod: ["preprod"] });
    const prod = [...graph.values()].filter(({ name }) => name === "prod");
    assert.deepEqual([...withSources(prod)].toSorted(), ["preprod", "prod"]);
    assert.deepEqual(sourcesOf(graph.get("inttest")), []);
  });
});

import assert from "node:assert/strict";
import { refuseForeignNamespaces, refuseLostCluster, refuseOtherCluster } from "../../src/delivery/cluster.ts";
import type { StageNamespace } from "../../src/model/stage.ts";
import { codes, inttest } from "../model/sample-stage.ts";

const UID = "4b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11";
const OTHER = "5b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11";

function check(stage: { clusterUid?: string; gated?: boolean }, uid: string, uidBefore?: string): string[] {
  const definition = { ...inttest, ...stage };
  return codes(refuseOtherCluster({ definition, uid, uidBefore, place: {}, stagesFile: "trust/stages.yaml" }));
}

describe("refuseOtherCluster", () => {
  it("takes the cluster that the stage names, wherever it was deployed before", () => {
    assert.deepEqual(check({ clusterUid: UID, gated: true }, UID), []);
    assert.deepEqual(check({ clusterUid: UID }, UID, OTHER), []);
  });

  it("takes any for the first deployment of an ungated stage that names none, and the same one from then on", () => {
    assert.deepEqual(check({}, UID), []);
    assert.deepEqual(check({}, UID, UID), []);
    assert.deepEqual(check({}, OTHER, UID), ["other-cluster"]);
  });

  it("refuses another cluster, gated or not", () => {
    assert.deepEqual(check({ clusterUid: UID }, OTHER), ["other-cluster"]);
    assert.deepEqual(check({ clusterUid: UID, gated: true }, OTHER), ["other-cluster"]);
    assert.deepEqual(check({ clusterUid: UID }, ""), ["other-cluster"]);
  });

  it("refuses every cluster for a gated stage that names none", () => {
    assert.deepEqual(check({ gated: true }, UID), ["other-cluster"]);
  });
});

describe("refuseLostCluster", () => {
  it("lets an empty stage name no cluster, but not one that has resources", () => {
    assert.deepEqual(refuseLostCluster(false, false, "prod", {}), []);
    assert.deepEqual(refuseLostCluster(true, true, "prod", {}), []);
    assert.deepEqual(codes(refuseLostCluster(false, true, "prod", {})), ["lost-cluster"]);
  });
});

describe("refuseForeignNamespaces", () => {
  const labels = { "lockstep.dev/project": "lockstep", "lockstep.dev/stage": "prod", team: "ehealth" };
  const wanted: StageNamespace = {
    name: "ehealth-prod",
    create: true,
    labels,
    quota: undefined,
    defaults: undefined,
    protect: false,
  };
  const refuse = (present: Readonly<Record<string, string>> | undefined, create = true): string[] =>
    codes(
      refuseForeignNamespaces(
        [{ ...wanted, create }],
        new Map(present === undefined ? [] : [[wanted.name, present]]),
        {},
      ),
    );

  it("takes a namespace that is not there, or that carries the stage's labels", () => {
    assert.deepEqual(refuse(undefined), []);
    assert.deepEqual(refuse({ ...labels, team: "other" }), []);
  });

  it("refuses one that is somebody else's, or another stage's", () => {
    assert.deepEqual(refuse({}), ["foreign-namespace"]);
    assert.deepEqual(refuse({ ...labels, "lockstep.dev/stage": "preprod" }), ["foreign-namespace"]);
    assert.deepEqual(refuse({ ...labels, "lockstep.dev/project": "other" }), ["foreign-namespace"]);
  });

  it("leaves alone one that is said to be somebody else's", () => {
    assert.deepEqual(refuse({}, false), []);
    assert.deepEqual(refuse({ team: "other" }, false), []);
    assert.deepEqual(refuse(labels, false), []);
  });

  it("refuses one that another stage or project owns, also where it is not to be created", () => {
    assert.deepEqual(refuse({ ...labels, "lockstep.dev/stage": "preprod" }, false), ["foreign-namespace"]);
    assert.deepEqual(refuse({ ...labels, "lockstep.dev/project": "other" }, false), ["foreign-namespace"]);
    assert.deepEqual(refuse({ "lockstep.dev/stage": "preprod" }, false), ["foreign-namespace"]);
    assert.deepEqual(refuse({ "lockstep.dev/stage": "prod" }, false), ["foreign-namespace"]);
  });
});

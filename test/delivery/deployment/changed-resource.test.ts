import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applicationOfUrn,
  isMigration,
  isObject,
  objectText,
} from "../../../src/delivery/deployment/changed-resource.ts";
import { changeOf, urns } from "./sample-changes.ts";

describe("the application of a resource", () => {
  it("is the one that its component, its chart, its objects, its secrets, its migration and its names belong to", () => {
    const { application, chart, deployment, service, secret, migration, job, endpoint } = urns;
    for (const urnOf of [application, chart, deployment, service, secret, migration, job, endpoint])
      assert.equal(applicationOfUrn(urnOf("patients")), "patients");
  });

  it("is nobody for what the stage shares", () => {
    for (const urn of [urns.stack, urns.stage, urns.namespace]) assert.equal(applicationOfUrn(urn), undefined);
  });

  it("is found whatever it is called", () => {
    const names = fc.stringMatching(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    fc.assert(
      fc.property(names, (name) => {
        const { application, chart, deployment, secret, migration, job, endpoint } = urns;
        for (const urnOf of [application, chart, deployment, secret, migration, job, endpoint])
          assert.equal(applicationOfUrn(urnOf(name)), name);
      }),
    );
  });
});

describe("a changed resource", () => {
  it("is an object of the cluster where it is neither component nor chart nor provider", () => {
    assert.ok(isObject(changeOf(urns.deployment("portal"))));
    assert.ok(isObject(changeOf(urns.namespace)));
    for (const urn of [urns.stack, urns.stage, urns.application("portal"), urns.chart("portal")])
      assert.ok(!isObject(changeOf(urn)), urn);
  });

  it("is a migration where it is the Job of one, and no other Job is", () => {
    assert.ok(isMigration(changeOf(urns.job("portal"))));
    assert.ok(!isMigration(changeOf(urns.migration("portal"))));
    const other = urns.deployment("portal").replace("apps/v1:Deployment", "batch/v1:Job");
    assert.ok(!isMigration(changeOf(other)));
  });

  it("is called as kubectl would be asked for it", () => {
    assert.equal(objectText(changeOf(urns.deployment("portal"))), "Deployment/portal");
    assert.equal(objectText(changeOf(urns.secret("portal"))), "Secret/portal-secrets");
  });
});

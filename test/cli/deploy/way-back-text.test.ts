import assert from "node:assert/strict";
import type { AutomaticRollback } from "../../../src/automatic-rollback.ts";
import type { WentBack } from "../../../src/cli/deploy/way-back.ts";
import { mayGoBack } from "../../../src/cli/deploy/way-back.ts";
import { endOfWayBack, renderWentBack, wentBackToJson } from "../../../src/cli/deploy/way-back-text.ts";
import { UNPUBLISHED } from "../../../src/cli/publication.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { isJsonObject } from "../../../src/model/json.ts";
import type { Pin } from "../../../src/model/pin.ts";
import { accepted } from "../../../src/model/refusal.ts";

function pinOf(tag: string): Pin {
  const common = { registry: "registry.example.com", digest: digestOf(tag) };
  return {
    image: { ...common, repository: "ehealth/portal", tag },
    chart: { ...common, repository: "charts/web-service", tag: "2.1.0" },
  };
}

const prepared: AutomaticRollback = {
  restored: [{ name: "portal", from: pinOf("2.4.0"), to: pinOf("2.3.0") }],
  stays: [],
  heldInCluster: ["portal"],
  files: ["Pulumi.prod.yaml"],
  contents: new Map(),
  statements: [],
  publish: () => Promise.resolve(accepted(undefined)),
};
const went: WentBack = { prepared, ended: "deployed", deploy: null, published: UNPUBLISHED, stays: [] };
const barrier = {
  code: "schema-barrier",
  place: { path: "portal" },
  found: "level 14",
  expected: "a version that lives with it",
  action: "roll out 2.4.1",
};

describe("a deploy that went back", () => {
  it("says what is back, what is held, and what to commit", () => {
    assert.equal(endOfWayBack(went), "rolled-back");
    const text = renderWentBack("prod", went);
    assert.match(text, /Rolled back: portal 2\.4\.0 -> 2\.3\.0/);
    assert.match(text, /npm run resume -- prod portal/);
    assert.match(text, /git add Pulumi\.prod\.yaml && git commit/);
  });

  it("is a failed one where the good version did not come up either, and says so loudly", () => {
    for (const ended of ["failed", "planned", undefined] as const) {
      assert.equal(endOfWayBack({ ...went, ended }), "failed");
      assert.match(renderWentBack("prod", { ...went, ended }), /rollback FAILED as well/);
    }
  });

  it("is no failed one after Ctrl-C: its files are committed, then deployed", () => {
    const stopped = { ...went, ended: "interrupted" as const };
    assert.equal(endOfWayBack(stopped), "interrupted");
    const text = renderWentBack("prod", stopped);
    assert.doesNotMatch(text, /FAILED|Rolled back/);
    assert.match(text, /INTERRUPTED \(portal 2\.4\.0 -> 2\.3\.0\)/);
    assert.match(text, /git add Pulumi\.prod\.yaml && git commit\n +npm run deploy -- prod/);
    const published = { ...UNPUBLISHED, commit: "0123456789abcdef", remote: "origin", target: "main" };
    assert.doesNotMatch(renderWentBack("prod", { ...stopped, published }), /git add/);
    assert.doesNotMatch(renderWentBack("prod", went), /npm run deploy/);
  });

  it("stays where nothing may come back, with the way forward, and the hold all the same", () => {
    const stays = { ...went, prepared: { ...prepared, restored: [], files: [] }, ended: undefined, stays: [barrier] };
    assert.equal(endOfWayBack(stays), "failed");
    const text = renderWentBack("prod", stays);
    assert.match(text, /NOT rolled back: prod stays as it is now/);
    assert.match(text, /roll out 2\.4\.1/);
    assert.match(text, /On hold in the cluster/);
  });

  it("names what could not be pushed, though the pods are back", () => {
    const unpushed = { ...went, stays: [{ ...barrier, code: "push-failed", action: "git push origin main" }] };
    assert.equal(endOfWayBack(unpushed), "rolled-back");
    assert.match(renderWentBack("prod", unpushed), /git push origin main/);
  });

  it("has all of it for programs", () => {
    const json = wentBackToJson({ ...went, stays: [barrier] });
    assert.ok(isJsonObject(json));
    assert.deepEqual(json["held"], ["portal"]);
    assert.equal(Array.isArray(json["restored"]) && json["restored"].length, 1);
    assert.equal(Array.isArray(json["stays"]) && json["stays"].length, 1);
  });
});

describe("a failed deploy", () => {
  const signal = new AbortController().signal;

  it("goes back by itself, and a rollback never does", () => {
    assert.ok(mayGoBack({ stage: "prod", options: {}, signal }));
    assert.ok(mayGoBack({ stage: "prod", purpose: "reconcile", options: {}, signal }));
    assert.ok(!mayGoBack({ stage: "prod", purpose: "rollback", options: {}, signal }));
    assert.ok(!mayGoBack({ stage: "prod", options: { rollback: false }, signal }));
  });
});

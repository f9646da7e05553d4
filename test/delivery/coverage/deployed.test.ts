import assert from "node:assert/strict";
import { refuseLooserTrust, refuseRenamedStack } from "../../../src/delivery/coverage/deployed.ts";
import { refuseRevokedVersions } from "../../../src/delivery/coverage/revoked.ts";
import { digestOf, isDigest } from "../../../src/model/digest.ts";
import type { Refusal } from "../../../src/model/refusal.ts";
import { DIGEST, stageOf, STACK_FILE, withText } from "../../model/sample-stage.ts";

const root = (version: number, text = `root ${version}`) => ({ version, digest: digestOf(text) });
const deployed = (gated: boolean, version?: number) => ({
  gated,
  root: version === undefined ? undefined : root(version),
  statements: new Map(),
});

function codes(refusals: readonly Refusal[]): string[] {
  return refusals.map(({ code }) => code);
}

describe("refuseLooserTrust", () => {
  it("lets the deployed root pass, and later ones", () => {
    assert.deepEqual(codes(refuseLooserTrust("prod", true, root(3), deployed(true, 3))), []);
    assert.deepEqual(codes(refuseLooserTrust("prod", true, root(4), deployed(true, 3))), []);
    assert.deepEqual(codes(refuseLooserTrust("prod", true, root(1), deployed(false))), []);
  });

  it("refuses an earlier root, and another one of the same version", () => {
    assert.deepEqual(codes(refuseLooserTrust("prod", true, root(2), deployed(true, 3))), ["older-root"]);
    assert.deepEqual(codes(refuseLooserTrust("prod", true, root(3, "other"), deployed(true, 3))), ["older-root"]);
  });

  it("refuses to take a gate away without an anchor, and lets the owners do it", () => {
    assert.deepEqual(codes(refuseLooserTrust("prod", false, undefined, deployed(true, 3))), ["ungated-without-anchor"]);
    assert.deepEqual(codes(refuseLooserTrust("prod", false, root(4), deployed(true, 3))), []);
    assert.deepEqual(codes(refuseLooserTrust("inttest", false, undefined, deployed(false))), []);
  });
});

describe("refuseRenamedStack", () => {
  it("lets a stage have its own stack, and one that nothing was deployed with", () => {
    assert.deepEqual(codes(refuseRenamedStack("prod", "prod")), []);
    assert.deepEqual(codes(refuseRenamedStack("prod", undefined)), []);
  });

  it("refuses the stack of another stage, gated or not", () => {
    assert.deepEqual(codes(refuseRenamedStack("inttest", "prod")), ["other-stage-deployed"]);
    assert.deepEqual(codes(refuseRenamedStack("prod", "inttest")), ["other-stage-deployed"]);
  });
});

describe("refuseRevokedVersions", () => {
  const revoked = (text: string, digest: string) => {
    assert.ok(isDigest(digest));
    const digests = [{ digest, reason: "a hole" }];
    return codes(refuseRevokedVersions(stageOf(text).applications, { digests }, (path) => ({ path })));
  };

  it("refuses every application that would run a revoked image or chart", () => {
    assert.deepEqual(revoked(STACK_FILE, DIGEST), ["revoked-digest", "revoked-digest", "revoked-digest"]);
    assert.deepEqual(revoked(STACK_FILE, digestOf("other")), []);
  });

  it("finds it among the values of a chart", () => {
    const inValues = withText("cache: { size: 2 }", `cache: { image: "${digestOf("other")}" }`);
    assert.deepEqual(revoked(inValues, digestOf("other")), ["revoked-digest"]);
  });
});

import assert from "node:assert/strict";
import { stageDifference } from "../../../src/delivery/status/stage-difference.ts";
import { DIGEST, STACK_FILE, stackFileOf, withText } from "../../model/sample-stage.ts";

const NAMES = ["appointments", "portal", "status-page"];

function difference(right: string, left = STACK_FILE) {
  return stageDifference({
    left: { stage: "preprod", stackFile: stackFileOf(left) },
    right: { stage: "prod", stackFile: stackFileOf(right) },
    names: NAMES,
    nowMs: 0,
  });
}

function kindsOf(right: string): readonly string[] {
  return difference(right).applications.map(({ kind }) => kind);
}

describe("the difference of two stages", () => {
  it("is none between equal files", () => {
    assert.deepEqual(kindsOf(STACK_FILE), ["equal", "equal", "equal"]);
  });

  it("names the parts of a version that are not the same", () => {
    const right = withText("schemaLevels: { appointments: 14 }", "schemaLevels: { appointments: 15 }").replace(
      `appointments:1.4.2@${DIGEST}`,
      `appointments:1.4.3@${DIGEST}`,
    );
    const [appointments, portal] = difference(right.replace("14 }, migratesTo", "15 }, migratesTo")).applications;
    assert.deepEqual(appointments?.version, ["image", "schema level"]);
    assert.equal(portal?.kind, "equal");
  });

  it("names settings, and of secrets nothing but whether they are set", () => {
    const right = withText("v1:database-ciphertext", "v1:another-ciphertext").replace("replicas: 3", "replicas: 5");
    const [appointments] = difference(right).applications;
    assert.deepEqual(appointments?.settings, [{ path: "replicas", left: "3", right: "5" }]);
    assert.doesNotMatch(JSON.stringify(difference(right)), /ciphertext/);
  });

  it("tells what runs in one of the stages alone, disabled ones included, and what runs in none", () => {
    const off = withText(
      "      hosts: [portal.example.com]",
      "      hosts: [portal.example.com]\n      enabled: false",
    );
    assert.deepEqual(kindsOf(off), ["equal", "only-left", "equal"]);
    assert.deepEqual(difference(STACK_FILE, off).applications[1]?.kind, "only-right");
    assert.deepEqual(difference(off, off).applications[1]?.kind, "nowhere");
  });
});

import assert from "node:assert/strict";
import type { RunningApplication } from "../../../src/cli/quickstart/stack-outputs.ts";
import { renderSummary } from "../../../src/cli/quickstart/summary.ts";

function summaryOf(versions: Readonly<Record<string, string>>): string {
  const applications: readonly RunningApplication[] = Object.entries(versions).map(([name, version]) => ({
    name,
    version,
    readyReplicas: 2,
    hosts: [`${name}.example.com`],
  }));
  const [environmentFile, promoterKey] = [".sandbox/env", ".sandbox/keys/people/anna"];
  return renderSummary({ stage: "inttest", registry: "127.0.0.1:5000", environmentFile, promoterKey, applications });
}

/** The versions of portal that it says to pin, in order. */
function pinsIn(summary: string): readonly string[] {
  return [...summary.matchAll(/npm run pin -- inttest portal 127\.0\.0\.1:5000\/ehealth\/portal:(\S+)/g)].map(
    ([, version = ""]) => version,
  );
}

describe("what quickstart ends with", () => {
  it("shows what runs", () => {
    assert.match(summaryOf({ portal: "2.3.0" }), /portal\W+2\.3\.0\W+2\W+portal\.example\.com/);
  });

  it("suggests to promote what runs, with the key of somebody who may", () => {
    const call = "npm run promote -- inttest extest --commit --key .sandbox/keys/people/anna";
    assert.ok(summaryOf({ portal: "2.3.0" }).includes(call));
  });

  it("suggests the latest version that works, and one that is refused", () => {
    assert.deepEqual(pinsIn(summaryOf({ portal: "2.3.0" })), ["2.3.1", "2.4.0-unsigned"]);
  });

  it("never suggests a version that runs already", () => {
    assert.deepEqual(pinsIn(summaryOf({ portal: "2.3.1" })), ["2.3.0", "2.4.0-unsigned"]);
  });

  it("suggests the check that a pull request is judged by", () => {
    assert.match(summaryOf({ portal: "2.3.0" }), /^ {2}npm run check +#/m);
  });

  it("suggests to enable the application of somebody else's chart, unless it runs", () => {
    assert.match(summaryOf({ portal: "2.3.0" }), /set status-page's enabled to true/);
    assert.doesNotMatch(summaryOf({ "status-page": "0.9.3" }), /set status-page/);
  });
});

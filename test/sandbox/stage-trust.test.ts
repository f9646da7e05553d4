import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { nameCluster } from "../../sandbox/stage-trust.ts";
import { RefusalError } from "../../src/model/refusal.ts";

const UID = "7f0c1b1e-52a7-4c57-9d1c-0a3f3c5e8b11";
const project = readFileSync(path.resolve(import.meta.dirname, "../../trust/stages.yaml"), "utf8");

interface Stages {
  readonly stages: Readonly<Record<string, { readonly cluster?: { readonly uid: string } }>>;
}

function uidsIn(text: string): Readonly<Record<string, string | undefined>> {
  const { stages } = parse(text) as Stages;
  return Object.fromEntries(Object.entries(stages).map(([name, { cluster }]) => [name, cluster?.uid]));
}

describe("nameCluster", () => {
  it("gives every stage of the project the cluster's uid", () => {
    assert.deepEqual(uidsIn(nameCluster(project, UID)), { inttest: UID, extest: UID, preprod: UID, prod: UID });
  });

  it("keeps every line that was there, comments among them", () => {
    const lines = new Set(nameCluster(project, UID).split("\n"));
    assert.deepEqual(
      project.split("\n").filter((line) => !lines.has(line)),
      [],
    );
  });

  it("changes nothing the second time, and only the uid for another cluster", () => {
    const named = nameCluster(project, UID);
    assert.equal(nameCluster(named, UID), named);
    assert.equal(nameCluster(named, "another"), named.replaceAll(UID, "another"));
  });

  for (const text of ["stages: [", "stages: {inttest: {from: nowhere}}"]) {
    it(`refuses what is not a list of stages: ${text}`, () => {
      assert.throws(() => nameCluster(text, UID), RefusalError);
    });
  }
});

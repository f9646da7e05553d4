import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../src/adapters/project.ts";
import { refusePublishedPassphrase } from "../../src/delivery/published-passphrase.ts";
import { codes, sourceOf } from "../model/sample-stage.ts";

describe("refusePublishedPassphrase", () => {
  it("knows the salt of every committed stack file, and lets it pass in the sandbox alone", async () => {
    const files = (await readdir(projectRoot)).filter((name) => /^Pulumi\.\w+\.yaml$/.test(name));
    assert.equal(files.length, 4);
    for (const file of files) {
      const source = sourceOf(await readFile(join(projectRoot, file), "utf8"));
      assert.deepEqual(codes(refusePublishedPassphrase(source, false)), ["published-passphrase"], file);
      assert.deepEqual(refusePublishedPassphrase(source, true), [], file);
    }
  });

  it("has nothing against a salt of one's own, or a secrets provider without one", () => {
    assert.deepEqual(refusePublishedPassphrase(sourceOf("encryptionsalt: v1:own\n"), false), []);
    assert.deepEqual(refusePublishedPassphrase(sourceOf("secretsprovider: awskms://x\n"), false), []);
  });
});

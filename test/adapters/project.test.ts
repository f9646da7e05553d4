import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { codeRoot, projectFolder, storeFolder, trustFolder } from "../../src/adapters/project.ts";

describe("project folders", () => {
  it("are those of the running code unless said otherwise", () => {
    assert.equal(codeRoot, resolve(import.meta.dirname, "../.."));
    for (const env of [{}, { LOCKSTEP_PROJECT: "", LOCKSTEP_TRUST: "", LOCKSTEP_STORE: "" }]) {
      assert.equal(projectFolder(env), codeRoot);
      assert.equal(trustFolder(env), join(codeRoot, "trust"));
      assert.equal(storeFolder(env), join(codeRoot, ".lockstep", "store"));
    }
  });

  it("take another project's files with LOCKSTEP_PROJECT, and keep content beside the code", () => {
    const env = { LOCKSTEP_PROJECT: "/pull/request" };
    assert.equal(projectFolder(env), "/pull/request");
    assert.equal(trustFolder(env), "/pull/request/trust");
    assert.equal(trustFolder({ ...env, LOCKSTEP_TRUST: "other" }), "/pull/request/other");
    assert.equal(storeFolder(env), join(codeRoot, ".lockstep", "store"));
  });

  it("reads a relative project from the working directory", () => {
    assert.equal(projectFolder({ LOCKSTEP_PROJECT: "head" }), resolve("head"));
  });
});

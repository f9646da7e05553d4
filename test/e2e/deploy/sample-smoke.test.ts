import assert from "node:assert/strict";
import { Clone } from "../clone.ts";
import { succeeded } from "../outcomes.ts";

describe("the sample's own smoke check", function () {
  this.timeout(300_000);
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
    for (const name of ["appointments", "portal"]) await clone.settings(name, { enabled: false });
    await clone.commit();
    succeeded(await clone.up());
  });
  after(() => clone.remove());

  it("is made up for after plain pulumi up, by a Job of the pinned image that is removed again", async () => {
    const { exitCode, stdout, stderr } = await clone.lockstep(["deploy", "inttest"], { timeoutMs: 280_000 });
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, /checked now: patients/);
    assert.match(stderr, /patients: smoke --read-only: passed/);
    const jobs = await clone.kubectl("get", "jobs", "--namespace", clone.namespace, "--output", "name");
    assert.doesNotMatch(jobs, /smoke/);
  });
});

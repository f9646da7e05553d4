import assert from "node:assert/strict";
import { Clone } from "./clone.ts";

describe("pulumi up -s inttest", () => {
  let clone: Clone;
  before(async () => {
    const t = performance.now();
    clone = await Clone.make();
    console.log("first", performance.now() - t);
    const u = performance.now();
    await (await Clone.make()).remove();
    console.log("second with remove", performance.now() - u);
  });
  after(() => clone.remove());
  it("trial", async () => {
    const t = performance.now();
    const up = await clone.pulumi(["up", "-s", "inttest", "--yes"]);
    console.log(up, performance.now() - t);
    assert.equal(up.exitCode, 0);
    const u = performance.now();
    console.log(await clone.pulumi(["preview", "-s", "inttest"]), performance.now() - u);
    console.log(await clone.gitStatus());
    console.log(await clone.pulumi(["preview", "-s", "prod", "-C", clone.folder], { cwd: "/" }));
  });
});

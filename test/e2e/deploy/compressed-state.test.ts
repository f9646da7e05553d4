import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { succeeded, textOf } from "../outcomes.ts";
import { Clone } from "../clone.ts";
import { AskedEngine, IMAGE, PORTAL } from "./asked-engine.ts";

/** The engine's own switch: its state is then no file that can be read as it lies there, as in a bucket or a service. */
const COMPRESSED = { PULUMI_DIY_BACKEND_GZIP: "true" };

describe("an update that was interrupted, on a backend whose state is no plain file", () => {
  let clone: Clone;
  let engine: AskedEngine;

  before(async () => {
    clone = await Clone.make({ pack: false });
    for (const name of ["appointments", "patients"]) await clone.settings(name, { enabled: false });
    await clone.commit();
    engine = new AskedEngine(clone, COMPRESSED);
    const { ended, said } = await engine.up();
    assert.equal(ended, "succeeded", said);
    await access(join(dirname(clone.folder), "pulumi-state", ".pulumi", "stacks", "lockstep", "inttest.json.gz"));
  });
  after(() => clone.remove());

  it("is remembered where it had changed an object: the version of before comes back", async () => {
    const before = await clone.field(PORTAL, IMAGE);
    const { ended, said } = await engine.interrupted("2.3.2-crash-loop");
    assert.equal(ended, "interrupted", said);
    assert.doesNotMatch(said, /could not be written/);
    await engine.backAgain();
    assert.equal(await clone.field(PORTAL, IMAGE), before);
    assert.deepEqual(await engine.recovered(), []);
  });

  it("is remembered where it had made an object: another version goes on with it", async () => {
    await clone.settings("portal", { enabled: false });
    assert.equal((await engine.up()).ended, "succeeded");
    await clone.settings("portal", { enabled: true });
    assert.equal((await engine.interrupted("2.3.2-never-ready")).ended, "interrupted");
    const made = await clone.field(PORTAL, "{.metadata.uid}");
    await engine.backAgain();
    assert.equal(await clone.field(PORTAL, "{.metadata.uid}"), made);
    // Under one name: a second one would stand against every later change.
    const applied = "{.metadata.managedFields[?(@.operation=='Apply')].manager}";
    const shown = ["--namespace", clone.namespace, "--show-managed-fields", "--output", `jsonpath=${applied}`];
    assert.equal((await clone.kubectl("get", PORTAL, ...shown)).split(" ").length, 1);
  });

  it("does not stop who goes on with the engine alone", async () => {
    assert.equal((await engine.interrupted("2.3.2-crash-loop")).ended, "interrupted");
    await engine.checkout();
    const before = await clone.field(PORTAL, IMAGE);
    assert.match(before, /crash-loop/);
    const env = { ...COMPRESSED, PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };
    const plain = await clone.pulumi(["up", "--stack", "inttest", "--yes", "--skip-preview", "--refresh"], { env });
    assert.equal(plain.exitCode, 0, textOf(plain));
    assert.doesNotMatch(await clone.field(PORTAL, IMAGE), /2\.3\.2/);
    succeeded(await clone.pulumi(["preview", "--stack", "inttest", "--expect-no-changes"], { env }));
  });
});

import assert from "node:assert/strict";
import { Clone } from "./clone.ts";
import { refused, succeeded } from "./outcomes.ts";

const IMAGE = "{.spec.template.spec.containers[0].image}";
const READY = "{.status.readyReplicas}";

describe("a roll-out", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make({ pack: false });
    await clone.settings("portal", { timeout: "5s" });
    await clone.pinned("appointments", "1.4.1");
    succeeded(await clone.up());
  });
  after(() => clone.remove());

  async function migrations(): Promise<readonly string[]> {
    const jobs = await clone.kubectl(
      ...["get", "jobs", "--namespace", clone.namespace, "--sort-by", "{.metadata.creationTimestamp}"],
      ...[
        "--output",
        "jsonpath={range .items[*]}{.metadata.uid} {.spec.template.spec.containers[0].image}{'\\n'}{end}",
      ],
    );
    return jobs.split("\n").filter((line) => line !== "");
  }

  it("with other settings leaves the migration alone", async () => {
    const before = await migrations();
    await clone.settings("appointments", { replicas: 3, env: { LOG_LEVEL: "info" } });
    succeeded(await clone.up());
    await clone.untilReady("deployment/appointments", 3);
    assert.equal(await clone.field("deployment/appointments", "{..env[?(@.name=='LOG_LEVEL')].value}"), "info");
    assert.equal(before.length, 1);
    assert.deepEqual(await migrations(), before);
  });

  it("of another version runs that version's migration, once", async () => {
    await clone.pinned("appointments", "1.4.2");
    succeeded(await clone.up());
    assert.match(await clone.field("deployment/appointments", IMAGE), /:1\.4\.2@sha256:/);
    const after = await migrations();
    assert.equal(after.length, 1);
    assert.match(after[0] ?? "", /:1\.4\.2@sha256:/);
    succeeded(await clone.pulumi(["up", "--stack", "inttest", "--yes", "--skip-preview", "--expect-no-changes"]));
    assert.deepEqual(await migrations(), after);
  });

  it("whose migration fails leaves the version that runs alone", async () => {
    await clone.pinned("appointments", "1.4.3-job-fail");
    refused(await clone.up(), ["appointments-migrate-", "BackoffLimitExceeded"]);
    assert.match(await clone.field("deployment/appointments", IMAGE), /:1\.4\.2@sha256:/);
    await clone.untilReady("deployment/appointments", 3);
  });

  it("that never gets ready fails after the stage's timeout, and keeps the pods that serve", async () => {
    await clone.pinned("appointments", "1.4.2");
    await clone.pinned("portal", "2.3.2-never-ready");
    const startedAt = performance.now();
    refused(await clone.up({ timeoutMs: 120_000 }), [
      "timed out waiting to be Ready",
      "containers with unready status: [portal]",
    ]);
    // The engine's own patience is ten minutes.
    assert.ok(performance.now() - startedAt < 60_000);
    assert.ok(Number(await clone.field("deployment/portal", READY)) >= 1);
  });

  it("back to the version before repairs what a failed one left", async () => {
    await clone.pinned("portal", "2.3.1");
    succeeded(await clone.up());
    assert.match(await clone.field("deployment/portal", IMAGE), /:2\.3\.1@sha256:/);
    await clone.untilReady("deployment/portal", 2);
    assert.match(await clone.field("deployment/appointments", IMAGE), /:1\.4\.2@sha256:/);
  });
});

describe("the first roll-out of several applications", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make({ pack: false });
  });
  after(() => clone.remove());

  it("creates nothing of an application before those that it names in `after` are ready", async () => {
    await clone.pinned("patients", "3.1.1-never-ready");
    await clone.settings("patients", { timeout: "5s" });
    refused(await clone.up({ timeoutMs: 120_000 }), [
      "timed out waiting to be Ready",
      "containers with unready status: [patients]",
    ]);
    const objects = await clone.objects("deployments");
    assert.deepEqual([...objects.keys()].sort(), ["Deployment/appointments", "Deployment/patients"]);
  });

  it("creates no workload whose migration failed", async () => {
    await clone.remove();
    clone = await Clone.make({ pack: false });
    await clone.pinned("appointments", "1.4.3-job-fail");
    refused(await clone.up(), ["appointments-migrate-", "BackoffLimitExceeded"]);
    assert.ok(!(await clone.objects("deployments")).has("Deployment/appointments"));
  });
});

import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, symlink, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import { toJudgedResource } from "../../../policy/engine/judged-resource.ts";
import { toResponse } from "../../../policy/engine/messages.ts";
import { registeredPack } from "../../../policy/registered-pack.ts";
import { unknown } from "../harness/engine-values.ts";
import { PackProcess, POLICY_FOLDER } from "../harness/pack-process.ts";
import { toRequest, type ResourceText } from "../harness/resources.ts";
import { deployment, object, podSpec } from "../harness/samples.ts";

/** Of the project's own stages; none of it asks a registry. */
const STAGE = { project: "lockstep", stage: "inttest" };
const resources: readonly ResourceText[] = [
  { ...STAGE, type: "pulumi:pulumi:Stack", parents: [], props: {} },
  { ...STAGE, type: "aws:s3/bucket:Bucket", parents: [], props: {} },
  { ...STAGE, ...deployment(podSpec("nginx:latest")) },
  { ...STAGE, ...deployment(podSpec(unknown)) },
  { ...STAGE, ...object("example.com/v1", "Any", {}) },
  { ...STAGE, type: "pulumi:pulumi:Stack", parents: [], props: {}, stage: "no-such-stage" },
];

describe("the pack's process", function () {
  this.timeout(60_000);
  let pack: PackProcess;
  before(async () => {
    pack = await PackProcess.start();
  });
  after(() => pack.stop());

  it("names its rules, and says that it takes no configuration", async () => {
    const info = await pack.info();
    assert.equal(info.getName(), "lockstep");
    assert.equal(info.getSupportsconfig(), false);
    const names = info.getPoliciesList().map((policy) => policy.getName());
    assert.deepEqual(names.toSorted(), [...new Set(names)].toSorted());
    assert.ok(["unknown-stage", "covered", "image-signed", "exemptions"].every((name) => names.includes(name)));
  });

  it("refuses a configuration that arrives nevertheless, and goes on without it", async () => {
    const request = new analyzer.ConfigureAnalyzerRequest();
    const off = new analyzer.PolicyConfig().setEnforcementlevel(analyzer.EnforcementLevel.DISABLED);
    request.getPolicyconfigMap().set("image-pinned", off);
    await assert.rejects(pack.configure(request));
    const response = await pack.analyze(toRequest({ ...STAGE, ...deployment(podSpec("nginx")) }));
    const found = response.getDiagnosticsList().find((one) => one.getPolicyname() === "image-pinned");
    assert.equal(found?.getEnforcementlevel(), analyzer.EnforcementLevel.MANDATORY);
  });

  it("says of each resource what the rules say in this process", async () => {
    const here = registeredPack(Date.now()).pack;
    for (const text of resources) {
      const there = await pack.analyze(toRequest(text));
      const expected = toResponse(await here.analyze(toJudgedResource(toRequest(text))));
      assert.deepEqual(there.toObject(), expected.toObject());
      assert.ok(text.type === "pulumi:pulumi:Stack" || there.getDiagnosticsList().length > 0, text.type);
    }
  });

  it("ends a run whose resources it cannot read", async () => {
    await assert.rejects(pack.analyze(new analyzer.AnalyzeRequest()));
  });

  it("changes nothing of a resource", async () => {
    const response = await pack.remediate(toRequest(deployment()));
    assert.deepEqual(response.getRemediationsList(), []);
  });

  it("keeps for the next start what Node compiled, though the engine does not let it end", async () => {
    const cache = await mkdtemp(join(tmpdir(), "lockstep-policy-"));
    const other = await PackProcess.start(undefined, { env: { NODE_COMPILE_CACHE: cache } });
    await other.info();
    const compiled = async (): Promise<number> => (await readdir(cache, { recursive: true })).length;
    // The folder of this version of Node is there from the start.
    while ((await compiled()) < 2) await setTimeout(10);
    await other.stop();
    await rm(cache, { recursive: true });
  });

  it("keeps it again after an hour, and marks when", async () => {
    const cache = await mkdtemp(join(tmpdir(), "lockstep-policy-"));
    const marks = async (): Promise<string[]> =>
      (await readdir(cache, { recursive: true })).filter((name) => name.includes("lockstep-pack-"));
    const start = async (): Promise<PackProcess> => {
      const one = await PackProcess.start(undefined, { env: { NODE_COMPILE_CACHE: cache } });
      await one.info();
      return one;
    };
    const first = await start();
    while ((await marks()).length === 0) await setTimeout(10);
    await first.stop();
    const mark = join(cache, (await marks())[0] ?? "");
    const marked = async (): Promise<number> => (await stat(mark)).mtimeMs;
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    await utimes(mark, twoHoursAgo, twoHoursAgo);
    const second = await start();
    while ((await marked()) <= twoHoursAgo.getTime() + 1000) await setTimeout(10);
    await second.stop();
    await rm(cache, { recursive: true });
  });

  it("starts through a symbolic link as well", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lockstep-policy-"));
    await symlink(join(POLICY_FOLDER, "lockstep-policy"), join(folder, "pack"));
    const linked = await PackProcess.start(join(folder, "pack"));
    const info = await linked.info();
    await linked.stop();
    await rm(folder, { recursive: true });
    assert.equal(info.getName(), "lockstep");
  });

  it("starts as Pulumi's own language host starts a folder", async () => {
    const program = join(POLICY_FOLDER, "..", "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
    const args = [program, "127.0.0.1:0", POLICY_FOLDER];
    const folder = await PackProcess.start(process.execPath, { args, cwd: POLICY_FOLDER });
    const info = await folder.info();
    await folder.stop();
    assert.equal(info.getName(), "lockstep");
  });
});

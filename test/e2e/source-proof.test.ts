import assert from "node:assert/strict";

import { join } from "node:path";
import { z } from "zod";
import { run } from "../../src/adapters/processes.ts";
import { toStackOutputs, type StackOutputs } from "../../src/model/stack-outputs.ts";
import { Clone } from "./clone.ts";
import { refused, succeeded } from "./outcomes.ts";

const NO_CHANGES = ["up", "--stack", "inttest", "--yes", "--skip-preview", "--expect-no-changes"];

async function outputsOf(clone: Clone): Promise<StackOutputs> {
  const text = succeeded(await clone.pulumi(["stack", "output", "--stack", "inttest", "--json"]));
  return toStackOutputs(JSON.parse(text));
}

const answerSchema = z.object({
  unreadable: z.array(z.string()),
  stage: z.array(z.string()),
  applications: z.record(z.string(), z.array(z.string())),
  update: z.object({ version: z.number(), time: z.string(), result: z.string() }).nullable(),
});
type Answer = z.output<typeof answerSchema>;

interface Asked {
  readonly stage?: string;
  readonly soakSeconds?: number;
  readonly laterSeconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const NOTHING = { appointments: [], patients: [], portal: [] };
const HOUR_SECONDS = 3600;

describe("the proof of a source", () => {
  let clone: Clone;
  let first: StackOutputs;
  const startedMs = Math.floor(Date.now() / 1000) * 1000;

  before(async () => {
    clone = await Clone.make({ pack: false });
    await clone.settings("portal", { timeout: "5s" });
    succeeded(await clone.up());
    first = await outputsOf(clone);
  });
  after(() => clone.remove());

  /** From another folder, with another stack selected, and without the passphrase of anybody. */
  async function ask({ stage = "inttest", soakSeconds = 0, laterSeconds = 0, env = {} }: Asked = {}): Promise<Answer> {
    const script = join(clone.folder, "test", "e2e", "ask-source.ts");
    const asked = { ...clone.env, PULUMI_CONFIG_PASSPHRASE_FILE: "", ...env };
    const args = [script, stage, String(soakSeconds), String(laterSeconds)];
    const { stdout } = await run(process.execPath, args, { cwd: "/", env: asked });
    return answerSchema.parse(JSON.parse(stdout));
  }

  async function against(asked?: Asked): Promise<Omit<Answer, "update">> {
    const { unreadable, stage, applications } = await ask(asked);
    return { unreadable, stage, applications };
  }

  const clear = { unreadable: [], stage: [], applications: NOTHING };
  const withPortal = (...codes: readonly string[]) => ({ ...clear, applications: { ...NOTHING, portal: codes } });

  it("has outputs that name each application's workloads, its desired state, and since when that is the same", () => {
    assert.deepEqual([...first.applications.keys()].toSorted(), ["appointments", "patients", "portal"]);
    for (const [name, { desired, sinceMs, workloads }] of first.applications) {
      assert.deepEqual(workloads, [{ kind: "Deployment", name }]);
      assert.match(desired ?? "", /^sha256:/);
      assert.ok(sinceMs !== undefined && sinceMs >= startedMs && sinceMs <= Date.now());
    }
  });

  it("has outputs that stay the same in updates without changes, however often", async () => {
    for (let round = 0; round < 2; round++) succeeded(await clone.pulumi(NO_CHANGES));
    assert.deepEqual(await outputsOf(clone), first);
  });

  it("has outputs that count anew for the application whose settings changed, and for no other", async () => {
    await clone.settings("portal", { replicas: 3 });
    succeeded(await clone.up());
    const { applications } = await outputsOf(clone);
    const [portal, before] = [applications.get("portal"), first.applications.get("portal")];
    assert.notEqual(portal?.desired, before?.desired);
    assert.ok((portal?.sinceMs ?? 0) > (before?.sinceMs ?? Infinity));
    assert.deepEqual(applications.get("patients"), first.applications.get("patients"));
  });

  it("finds nothing against what was deployed and runs, whatever stack is selected", async () => {
    succeeded(await clone.pulumi(["stack", "select", "prod"]));
    const { update, ...rest } = await ask();
    assert.deepEqual(rest, clear);
    assert.equal(update?.result, "succeeded");
    assert.ok(Date.parse(update.time) <= Date.now());
  });

  it("waits for the soak, and no longer", async () => {
    const waiting = Object.fromEntries(Object.keys(NOTHING).map((name) => [name, ["not-soaked"]]));
    assert.deepEqual(await against({ soakSeconds: HOUR_SECONDS }), { ...clear, applications: waiting });
    assert.deepEqual(await against({ soakSeconds: HOUR_SECONDS, laterSeconds: HOUR_SECONDS }), clear);
  });

  it("is not disturbed by a refresh or a preview, and starts no soak anew after an update without changes", async () => {
    const refresh = ["refresh", "--stack", "inttest", "--yes", "--skip-preview"];
    succeeded(await clone.pulumi(refresh));
    succeeded(await clone.preview());
    const startedAt = Date.now();
    succeeded(await clone.up());
    const passedSeconds = Math.floor((Date.now() - startedAt) / 1000);
    const laterSeconds = HOUR_SECONDS - passedSeconds;
    assert.deepEqual(await against({ soakSeconds: HOUR_SECONDS, laterSeconds }), clear);
  });

  it("does not take an edit that was never deployed along, of a version or of settings", async () => {
    const before = await clone.read();
    await clone.pinned("portal", "2.3.1");
    assert.deepEqual(await against(), withPortal("source-not-deployed"));
    await clone.write("Pulumi.inttest.yaml", before);
    await clone.settings("portal", { env: { LOG_LEVEL: "debug" } });
    assert.deepEqual(await against(), withPortal("source-not-deployed"));
    await clone.write("Pulumi.inttest.yaml", before);
    assert.deepEqual(await against(), clear);
  });

  it("refuses what was deployed in part", async () => {
    const urn = "urn:pulumi:inttest::lockstep::lockstep:index:Stage$lockstep:index:Application::portal";
    const partly = ["up", "--stack", "inttest", "--yes", "--skip-preview"];
    for (const [flags, env] of [
      [["--target", urn], {}],
      [[], { PULUMI_OPTION_TARGET: urn }],
    ] as const) {
      succeeded(await clone.pulumi([...partly, ...flags], { env }));
      assert.deepEqual(await against(), { ...clear, stage: ["source-partly-deployed"] });
    }
    succeeded(await clone.up());
    assert.deepEqual(await against(), clear);
  });

  it("looks at the cluster: a workload that is gone, has too few replicas, or runs another image", async () => {
    const named = ["deployment/portal", "--namespace", clone.namespace];
    const [image, replicas] = await Promise.all([
      clone.field("deployment/portal", "{.spec.template.spec.containers[0].image}"),
      clone.field("deployment/portal", "{.spec.replicas}"),
    ]);
    await clone.kubectl("scale", ...named, "--replicas", "0");
    assert.deepEqual(await against(), withPortal("workload-unhealthy"));
    await clone.kubectl("scale", ...named, "--replicas", replicas);
    await clone.kubectl("rollout", "status", ...named, "--timeout", "60s");
    const other = `${image.slice(0, image.indexOf("@"))}-other`;
    await clone.kubectl("set", "image", ...named, `*=${other}`);
    assert.ok((await ask()).applications["portal"]?.includes("workload-other-image"));
    await clone.kubectl("delete", ...named);
    assert.deepEqual(await against(), withPortal("workload-missing"));
    succeeded(await clone.pulumi(["up", "--stack", "inttest", "--yes", "--skip-preview", "--refresh"]));
    assert.deepEqual(await against(), clear);
  });

  it("refuses after an update that failed, and counts anew once what was there before is back", async () => {
    const before = await clone.read();
    await clone.pinned("portal", "2.3.2-never-ready");
    refused(await clone.up({ timeoutMs: 120_000 }), ["timed out"]);
    const failed = await ask();
    assert.deepEqual(failed.stage, ["source-update-failed"]);
    assert.deepEqual(failed.applications, withPortal("source-not-deployed").applications);
    assert.equal(failed.update?.result, "failed");
    await clone.write("Pulumi.inttest.yaml", before);
    const startedAt = Date.now();
    succeeded(await clone.up());
    const laterSeconds = HOUR_SECONDS - Math.ceil((Date.now() - startedAt) / 1000) - 1;
    const soaked = await against({ soakSeconds: HOUR_SECONDS, laterSeconds });
    assert.deepEqual(soaked, withPortal("not-soaked"));
  });

  it("says which part of the world gives no answer", async () => {
    const nowhere = { PULUMI_BACKEND_URL: "file:///no/such/folder" };
    assert.deepEqual((await ask({ env: nowhere })).unreadable, ["engine-unreachable"]);
    const nobody = { PULUMI_BACKEND_URL: "https://127.0.0.1:1", PULUMI_ACCESS_TOKEN: "" };
    assert.deepEqual((await ask({ env: nobody })).unreadable, ["engine-denied"]);
    const unreachable = await ask({ env: { KUBECONFIG: "/no/such/file" } });
    assert.deepEqual(unreachable.unreadable, ["cluster-unreachable"]);
  });

  it("refuses a stage that was never deployed, or was taken away", async () => {
    const cluster = { path: ["config", "lockstep:cluster"], value: { context: "lockstep-sandbox" } };
    await clone.changeFile("Pulumi.prod.yaml", cluster);
    assert.deepEqual((await against({ stage: "prod" })).stage, ["source-never-deployed"]);
    succeeded(await clone.pulumi(["destroy", "--stack", "inttest", "--yes", "--skip-preview"]));
    assert.deepEqual((await against()).stage, ["source-destroyed"]);
  });
});

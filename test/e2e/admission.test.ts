import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { admissionName } from "../../src/delivery/admission/admission-plan.ts";
import { Clone } from "./clone.ts";
import { refused, succeeded } from "./outcomes.ts";
import { levelOf, sampleReference } from "./sample-pins.ts";

const LEVEL = ["config", "lockstep:schemaLevels", "appointments"];
const LIST = "limitrange/lockstep-images";
const READY = "{.status.readyReplicas}";
const UP = ["up", "--stack", "inttest", "--yes", "--skip-preview"];

interface PodParts {
  readonly image?: string;
  readonly name?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
}

describe("what runs in a stage's namespace", () => {
  let clone: Clone;
  let listed: string;
  let unlisted: string;

  before(async () => {
    clone = await Clone.make({ pack: false });
    // What the namespace's own rules refuse is not the subject here.
    await clone.change({ path: ["config", "lockstep:namespaces", "ehealth", "labels"], value: undefined });
    await clone.settings("patients", { enabled: false });
    succeeded(await clone.up());
    listed = await image("ehealth/appointments", "1.4.1");
    unlisted = await image("ehealth/patients", "3.0.1");
    await untilRefused(unlisted);
  });
  after(() => clone.remove());

  async function image(repository: string, tag: string): Promise<string> {
    return sampleReference(clone.sandbox.location.registry, repository, tag);
  }

  /** The API server takes a new policy up within a second or so. */
  async function untilRefused(reference: string): Promise<void> {
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await create({ image: reference }, "--dry-run=server")) !== "") return;
      await setTimeout(100);
    }
    assert.fail(`${reference} is not refused`);
  }

  /** What kubectl says against it; empty where it went well. */
  async function kubectl(...args: readonly string[]): Promise<string> {
    const words = clone.kubectl(...args, "--namespace", clone.namespace);
    return words.then(
      () => "",
      (error: unknown) => String(error),
    );
  }

  async function create({ image: reference = listed, name = "probe", spec = {} }: PodParts, ...flags: string[]) {
    const containers = [{ name: "main", image: reference }];
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...spec } };
    await clone.write("pod.json", JSON.stringify(pod));
    return kubectl("create", "--filename", `${clone.folder}/pod.json`, ...flags);
  }

  async function remove(pod: string): Promise<void> {
    assert.equal(await kubectl("delete", "pod", pod, "--wait", "--grace-period=0", "--force"), "");
  }

  function refusedFor(words: string, reference: string, what = "not an image of stage inttest"): void {
    for (const part of [reference, what, "inttest", "lockstep:"]) assert.ok(words.includes(part), `${part}: ${words}`);
  }

  it("is listed: kubectl run of any other image is refused, with the image, the stage and what to do", async () => {
    const words = await kubectl("run", "probe", "--image", unlisted);
    refusedFor(words, unlisted);
    assert.match(words, /adopted\.yaml/);
    assert.equal(await kubectl("run", "probe", "--image", listed, "--dry-run=server"), "");
  });

  it("is judged by its digest, whatever its name and tag", async () => {
    const digest = listed.slice(listed.indexOf("@"));
    assert.equal(await create({ image: `mirror.example.com/appointments:other${digest}` }, "--dry-run=server"), "");
    const disguised = `${listed.slice(0, listed.indexOf("@"))}${unlisted.slice(unlisted.indexOf("@"))}`;
    refusedFor(await create({ image: disguised }), disguised);
  });

  it("is adopted for the stage", async () => {
    const image = unlisted.replace(/:[^:@]+@/, "@");
    const entry = { image, owner: "e2e", reason: "somebody else's", stages: ["inttest"] };
    const file = join(clone.trust, "adopted.yaml");
    const before = await readFile(file, "utf8");
    await writeFile(file, JSON.stringify({ adopted: [entry] }));
    await clone.signTrust();
    succeeded(await clone.up());
    assert.equal(await create({ image: unlisted }, "--dry-run=server"), "");
    await writeFile(file, before);
    await clone.signTrust();
    succeeded(await clone.up());
    refusedFor(await create({ image: unlisted }), unlisted);
  });

  it("has a digest", async () => {
    for (const reference of [listed.slice(0, listed.indexOf("@")), "busybox", `${listed}0`, `${listed}@sha256:0`]) {
      refusedFor(await create({ image: reference }), reference, "no digest");
    }
  });

  it("has no other image in an init container, an ephemeral container or a volume", async () => {
    refusedFor(await create({ spec: { initContainers: [{ name: "init", image: unlisted }] } }), unlisted);
    const volumes = [{ name: "data", image: { reference: unlisted } }];
    refusedFor(await create({ spec: { volumes } }), unlisted);
    const allowed = [{ name: "data", image: { reference: listed } }];
    assert.equal(await create({ spec: { volumes: allowed } }, "--dry-run=server"), "");
    assert.equal(await create({}), "");
    refusedFor(await kubectl("debug", "probe", "--image", unlisted, "--profile=general"), unlisted);
    assert.equal(await kubectl("debug", "probe", "--image", listed, "--profile=general"), "");
    await remove("probe");
  });

  it("keeps the image that it came with; everything else of it may change", async () => {
    assert.equal(await create({}), "");
    const other = await image("ehealth/portal", "2.3.0");
    refusedFor(await kubectl("set", "image", "pod/probe", `main=${other}`), other, "running pod");
    assert.equal(await kubectl("label", "pod/probe", "seen=yes"), "");
    await remove("probe");
  });

  it("is listed by nobody who can merely write there", async () => {
    const editor = `system:serviceaccount:${clone.namespace}:editor`;
    const account = `--serviceaccount=${clone.namespace}:editor`;
    assert.equal(await kubectl("create", "rolebinding", "editor", "--clusterrole=edit", account), "");
    const as = ["--as", editor];
    assert.equal(await kubectl("create", "role", "limits", "--verb=*", "--resource=limitranges"), "");
    assert.equal(await kubectl("create", "rolebinding", "limits", "--role=limits", account), "");
    const metadata = { annotations: { "lockstep.dev/images": `sha256:${"0".repeat(64)} mine` } };
    const patch = JSON.stringify({ metadata });
    for (const args of [
      ["patch", LIST, "--type=merge", "--patch", patch],
      ["delete", LIST],
      ["delete", "limitranges", "--field-selector", "metadata.name=lockstep-images"],
    ]) {
      const words = await kubectl(...args, ...as);
      assert.ok(words.includes(editor) && words.includes("listed-images"), words);
    }
    const other = { apiVersion: "v1", kind: "LimitRange", metadata: { name: "other" } };
    await clone.write("other.json", JSON.stringify(other));
    assert.equal(await kubectl("create", "--filename", `${clone.folder}/other.json`, ...as), "");
    assert.equal(await kubectl("delete", "limitrange", "other", ...as), "");
  });

  it("is nothing at all where the list is missing, but what is there can be annotated, scaled and removed", async () => {
    const list = await clone.kubectl("get", LIST, "--namespace", clone.namespace, "--output", "json");
    await clone.write("list.json", list);
    assert.equal(await create({ name: "left", spec: { terminationGracePeriodSeconds: 0 } }), "");
    assert.equal(await kubectl("delete", LIST), "");
    try {
      assert.notEqual(await create({}, "--dry-run=server"), "");
      assert.equal(await kubectl("annotate", "deployment/appointments", "seen=yes"), "");
      assert.equal(await kubectl("scale", "deployment/appointments", "--replicas=2"), "");
      assert.equal(await kubectl("annotate", "pod/left", "seen=yes"), "");
      await remove("left");
    } finally {
      assert.equal(await kubectl("create", "--filename", `${clone.folder}/list.json`), "");
    }
    assert.equal(await create({}, "--dry-run=server"), "");
  });
});

describe("the images of a stage, while it changes", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make({ pack: false });
    await clone.settings("portal", { timeout: "5s" });
    succeeded(await clone.up());
  });
  after(() => clone.remove());

  async function isListed(application: string, version: string): Promise<boolean> {
    const reference = await sampleReference(clone.sandbox.location.registry, `ehealth/${application}`, version);
    const list = await clone.field(LIST, String.raw`{.metadata.annotations.lockstep\.dev/images}`);
    return list.split("\n").some((line) => line.startsWith(`${reference.slice(-71)} `));
  }

  async function pods(application: string): Promise<readonly string[]> {
    const selector = `app.kubernetes.io/name=${application},app.kubernetes.io/component!=migration`;
    const names = ["--selector", selector, "--output", "jsonpath={.items[*].metadata.name}"];
    return (await clone.kubectl("get", "pods", "--namespace", clone.namespace, ...names)).split(" ");
  }

  it("are listed with the version before; rolling out, and back, passes with every pod ready", async () => {
    for (const version of ["1.4.2", "1.4.1"]) {
      await clone.pinned("appointments", version);
      // The database does not go back with the version.
      await clone.change({ path: LEVEL, value: levelOf("appointments", "1.4.2") });
      succeeded(await clone.up());
      await clone.untilReady("deployment/appointments", 2);
      assert.deepEqual(await Promise.all([isListed("appointments", "1.4.1"), isListed("appointments", "1.4.2")]), [
        true,
        true,
      ]);
      succeeded(await clone.pulumi([...UP, "--expect-no-changes"]));
    }
    assert.equal(await isListed("appointments", "1.4.3-job-fail"), false);
  });

  it("let the pods of the version before come back while a roll-out is stuck", async () => {
    await clone.pinned("portal", "2.3.2-never-ready");
    refused(await clone.up({ timeoutMs: 120_000 }), ["timed out waiting to be Ready"]);
    const before = await clone.field("deployment/portal", READY);
    const digest = (await sampleReference(clone.sandbox.location.registry, "ehealth/portal", "2.3.0")).slice(-64);
    const old = (
      await clone.kubectl(
        ...["get", "pods", "--namespace", clone.namespace, "--output"],
        "jsonpath={range .items[*]}{.metadata.name} {.spec.containers[0].image}{'\\n'}{end}",
      )
    )
      .split("\n")
      .filter((line) => line.endsWith(digest));
    const [victim = ""] = (old[0] ?? "").split(" ");
    await clone.kubectl("delete", "pod", victim, "--namespace", clone.namespace, "--grace-period=0", "--force");
    await clone.untilReady("deployment/portal", Number(before));
    assert.ok(!(await pods("portal")).includes(victim));
    await clone.pinned("portal", "2.3.0");
    succeeded(await clone.up());
    await clone.untilReady("deployment/portal", 2);
  });

  it("keep that of an application that leaves, until the next change", async () => {
    await clone.settings("portal", { enabled: false });
    succeeded(await clone.up());
    assert.equal(await isListed("portal", "2.3.0"), true);
    succeeded(await clone.pulumi([...UP, "--expect-no-changes"]));
    await clone.pinned("appointments", "1.4.2");
    succeeded(await clone.up());
    assert.equal(await isListed("portal", "2.3.0"), false);
  });

  it("leave nothing behind when the stage goes, and are followed again when it comes back", async () => {
    const name = admissionName("lockstep", "inttest", [clone.namespace]);
    const policies = ["get", "validatingadmissionpolicies,validatingadmissionpolicybindings", "--output", "name"];
    assert.equal((await clone.kubectl(...policies)).split("\n").filter((line) => line.includes(name)).length, 6);
    succeeded(await clone.pulumi(["destroy", "--stack", "inttest", "--yes", "--skip-preview"]));
    assert.equal((await clone.kubectl(...policies)).split("\n").filter((line) => line.includes(name)).length, 0);
    assert.equal(await clone.kubectl("get", "namespace", clone.namespace, "--ignore-not-found"), "");
    // API servers stop to follow a policy's parameters of some kinds with the last policy that has them.
    await clone.pinned("appointments", "1.4.1");
    await clone.settings("patients", { enabled: false });
    succeeded(await clone.up());
    await clone.untilReady("deployment/appointments", 2);
  });
});

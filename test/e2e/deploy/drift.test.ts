import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Clone, type CallOptions } from "../clone.ts";
import { deadPort } from "../dead-port.ts";
import { assertNoSampleSecret, refused, succeeded, textOf } from "../outcomes.ts";

const answerSchema = z.object({
  stage: z.string(),
  unlisted: z.array(z.string()),
  drift: z.array(
    z.object({
      kind: z.enum(["changed", "deleted", "added"]),
      object: z.object({
        apiVersion: z.string(),
        kind: z.string(),
        namespace: z.string().nullable(),
        name: z.string(),
      }),
      application: z.string().nullish(),
      by: z.string().nullish(),
      fields: z
        .array(z.object({ path: z.string(), declared: z.unknown(), found: z.unknown(), stays: z.boolean() }))
        .optional(),
    }),
  ),
});
type Drifted = z.output<typeof answerSchema>["drift"][number];

/** Each test leaves what it did, and looks at its own object alone. */
describe("lockstep drift", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make({ pack: false });
    await clone.commit();
  });
  after(() => clone.remove());

  const kubectl = (...args: readonly string[]) => clone.kubectl("--namespace", clone.namespace, ...args);

  async function drift(options?: CallOptions): Promise<readonly Drifted[]> {
    const result = await clone.lockstep(["drift", "inttest", "--json"], options);
    assertNoSampleSecret(textOf(result));
    assert.ok(result.exitCode === 0 || result.exitCode === 3, textOf(result));
    const answer = answerSchema.parse(JSON.parse(result.stdout));
    assert.equal(result.exitCode, answer.drift.length === 0 ? 0 : 3);
    return answer.drift;
  }

  async function driftOf(object: string): Promise<Drifted | undefined> {
    return (await drift()).find(({ object: { kind, name } }) => `${kind}/${name}` === object);
  }

  it("finds nothing in a stage of which nothing was deployed", async () => {
    assert.deepEqual(await drift(), []);
    assert.match(succeeded(await clone.lockstep(["drift", "inttest"])), /nothing is deployed, so nothing was compared/);
  });

  it("finds nothing where everything is as it was deployed, and says so with 0", async () => {
    succeeded(await clone.up());
    const result = await clone.lockstep(["drift", "inttest"]);
    assert.match(succeeded(result), /inttest: everything in the cluster is as declared/);
    assert.deepEqual(await drift(), []);
  });

  it("takes no offence at a restart, and at what controllers do about it", async () => {
    await kubectl("rollout", "restart", "deployment/patients");
    await clone.untilReady("deployment/patients", 3);
    assert.equal(await driftOf("Deployment/patients"), undefined);
  });

  it("shows what was scaled by hand, to what and from what, and says it with 3", async () => {
    const declared = Number(await clone.field("deployment/portal", "{.spec.replicas}"));
    await kubectl("scale", "deployment/portal", `--replicas=${declared + 2}`);
    const found = await driftOf("Deployment/portal");
    assert.deepEqual(found?.fields, [{ path: "spec.replicas", declared, found: declared + 2, stays: false }]);
    assert.deepEqual([found.kind, found.application, found.by], ["changed", "portal", "kubectl"]);
    const { exitCode, stdout } = await clone.lockstep(["drift", "inttest"]);
    assert.equal(exitCode, 3);
    assert.match(stdout, new RegExp(`spec\\.replicas: ${declared + 2}, declared ${declared}`));
    assert.match(stdout, /npm run deploy -- inttest/);
  });

  it("shows an image that was set by hand", async () => {
    const image = await clone.field("deployment/portal", "{.spec.template.spec.containers[0].image}");
    const other = await clone.field("deployment/patients", "{.spec.template.spec.containers[0].image}");
    await kubectl("set", "image", "deployment/portal", `portal=${other}`);
    const found = await driftOf("Deployment/portal");
    const path = "spec.template.spec.containers[name=portal].image";
    assert.deepEqual(
      found?.fields?.find((field) => field.path === path),
      { path, declared: image, found: other, stays: false },
    );
  });

  it("shows what was added to a declared object, which a deploy leaves there", async () => {
    await kubectl("set", "env", "deployment/appointments", "DEBUG=1");
    const found = await driftOf("Deployment/appointments");
    assert.deepEqual(
      found?.fields?.map(({ path, stays }) => [path, stays]),
      [["spec.template.spec.containers[name=appointments].env[name=DEBUG]", true]],
    );
  });

  it("names a Secret's value that was changed, and shows neither the one nor the other", async () => {
    const patch = { stringData: { DATABASE_URL: "postgres://by-hand" } };
    await kubectl("patch", "secret", "patients-secrets", "--patch", JSON.stringify(patch));
    const found = await driftOf("Secret/patients-secrets");
    assert.deepEqual(
      found?.fields?.map(({ path, declared, found: now }) => [path, declared, now]),
      [["data.DATABASE_URL", null, null]],
    );
    assert.equal(found.by, "kubectl-patch");
    const text = textOf(await clone.lockstep(["drift", "inttest"]));
    assert.match(text, /data\.DATABASE_URL: a secret value/);
    assertNoSampleSecret(text);
    assert.doesNotMatch(text, new RegExp(Buffer.from("postgres://by-hand").toString("base64")));
  });

  it("needs no passphrase for it", async () => {
    const env = { PULUMI_CONFIG_PASSPHRASE: "wrong", PULUMI_CONFIG_PASSPHRASE_FILE: "" };
    assert.ok((await drift({ env })).some(({ object: { kind } }) => kind === "Secret"));
  });

  it("shows what was deleted", async () => {
    await kubectl("delete", "service", "patients");
    assert.deepEqual(await driftOf("Service/patients"), {
      kind: "deleted",
      object: { apiVersion: "v1", kind: "Service", namespace: clone.namespace, name: "patients" },
      application: "patients",
    });
  });

  it("shows what was added by hand, and not what the cluster makes by itself", async () => {
    await kubectl("create", "configmap", "by-hand", "--from-literal=a=b");
    await kubectl("create", "configmap", "lockstep-holds");
    const added = (await drift()).filter(({ kind }) => kind === "added");
    assert.deepEqual(
      added.map(({ object: { kind, name }, by }) => [kind, name, by]),
      [["ConfigMap", "by-hand", "kubectl-create"]],
    );
  });

  it("shows labels of the namespace, which all applications share", async () => {
    await clone.kubectl(
      "label",
      "namespace",
      clone.namespace,
      "pod-security.kubernetes.io/enforce=privileged",
      "--overwrite",
    );
    const found = await driftOf(`Namespace/${clone.namespace}`);
    assert.ok(
      found?.fields?.some(({ path }) => path.includes("pod-security")),
      JSON.stringify(found),
    );
    assert.equal(found?.application, null);
  });

  it("finds a custom resource that was changed", async () => {
    const patch = { spec: { hostnames: ["other.example.com"] } };
    await kubectl("patch", "httproute", "portal", "--type=merge", "--patch", JSON.stringify(patch));
    const found = await driftOf("HTTPRoute/portal");
    assert.deepEqual(
      found?.fields?.map(({ path }) => path),
      ["spec.hostnames"],
    );
  });

  it("changes nothing itself, in the cluster and in the stack", async () => {
    const before = [await kubectl("get", "deployments,secrets,services,configmaps", "--output=json"), await history()];
    await drift();
    assert.deepEqual(
      [await kubectl("get", "deployments,secrets,services,configmaps", "--output=json"), await history()],
      before,
    );
  });

  const history = async () => succeeded(await clone.pulumi(["stack", "history", "--stack", "inttest", "--json"]));

  it("is brought back by a deploy that looks at the cluster, all but what nobody declared", async () => {
    const env = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };
    succeeded(await clone.pulumi(["up", "--stack", "inttest", "--yes", "--skip-preview", "--refresh"], { env }));
    const left = await drift();
    assert.deepEqual(
      left.flatMap(({ kind, object, fields = [] }) =>
        fields.some(({ stays }) => !stays) || kind === "deleted" ? [object.name] : [],
      ),
      [],
    );
    assert.deepEqual(
      left.map(({ object: { kind, name } }) => `${kind}/${name}`),
      ["Deployment/appointments", "ConfigMap/by-hand"],
    );
  });

  it("fails with 1 where the cluster does not answer, and never says that nothing drifted", async () => {
    const kubeconfig = join(clone.folder, "dead-kubeconfig");
    const text = await readFile(clone.env["KUBECONFIG"] ?? "", "utf8");
    await writeFile(kubeconfig, text.replace(/server: .*/, `server: https://127.0.0.1:${await deadPort()}`));
    const dead = await clone.lockstep(["drift", "inttest"], { env: { KUBECONFIG: kubeconfig } });
    refused(dead, ["an answer of the cluster", "lockstep-sandbox"], 1);
    assert.equal(dead.stdout, "");
  });

  it("refuses to compare with another cluster than the last update's", async () => {
    const file = join(clone.trust, "stages.yaml");
    const before = await readFile(file, "utf8");
    const uid = "00000000-0000-4000-8000-000000000000";
    await writeFile(file, before.replaceAll(/uid: .*/g, `uid: ${uid}`));
    await clone.signTrust();
    try {
      refused(await clone.lockstep(["drift", "inttest"]), [uid], 1);
    } finally {
      await writeFile(file, before);
      await clone.signTrust();
    }
  });

  it("refuses a stage that does not exist with 2", async () => {
    refused(await clone.lockstep(["drift", "intest"]), ['"inttest"'], 2);
  });
});

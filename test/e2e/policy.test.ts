import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { DigestReference } from "../../src/adapters/registry/registry-client.ts";
import { run } from "../../src/adapters/processes.ts";
import { hexOf } from "../../src/model/digest.ts";
import { renderReference } from "../../src/model/reference.ts";
import { changedChart } from "./changed-chart.ts";
import { Clone } from "./clone.ts";
import { offlineCosign, type Cosign, type Signer } from "./cosign.ts";
import { refused, succeeded } from "./outcomes.ts";
import { sampleContent, type SampleContent } from "./sample-content.ts";
import { toolPath } from "./tools.ts";

const REPOSITORY = "ehealth/appointments";
const BATCH_DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: batches.policy-test.example.com }
spec:
  group: policy-test.example.com
  names: { kind: Batch, plural: batches }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;

describe("the policy pack", () => {
  let clone: Clone;
  let folder: string;
  let cosign: Cosign;
  let content: SampleContent;
  let release: Signer;
  let stranger: Signer;
  let registry: string;
  let stackFile: string;
  let images = 0;

  before(async () => {
    clone = await Clone.make();
    ({ registry } = clone.sandbox.location);
    folder = await mkdtemp(join(tmpdir(), "lockstep-policy-"));
    cosign = await offlineCosign(folder);
    content = sampleContent(registry, folder);
    release = await cosign.generateKey("release");
    stranger = await cosign.generateKey("stranger");
    await trustRelease();
    stackFile = await clone.read();
  });
  afterEach(() => clone.write("Pulumi.inttest.yaml", stackFile));
  after(async () => {
    await clone.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function trustRelease(): Promise<void> {
    const file = join(clone.trust, "image-keys.yaml");
    const document = parseDocument(await readFile(file, "utf8"));
    const publicKey = await readFile(release.publicKeyFile, "utf8");
    const repositories = [`${registry}/ehealth/*`, `${registry}/charts/*`];
    document.addIn(["keys"], document.createNode({ name: "release", publicKey, stages: ["inttest"], repositories }));
    await writeFile(file, document.toString());
    await clone.signTrust();
  }

  /** An image that was never there before. */
  async function image(): Promise<DigestReference> {
    images += 1;
    return content.image(REPOSITORY, `policy-${process.pid}-${images}`, {
      "lockstep.test": `${process.pid} ${images}`,
    });
  }

  async function pin(key: "image" | "chart", reference: DigestReference): Promise<void> {
    const value = `${key === "chart" ? "oci://" : ""}${renderReference(reference)}`;
    const path = ["config", "lockstep:pins", "appointments", key];
    await clone.change({ path, value });
  }

  const byDigest = ({ digest }: DigestReference): string => `${registry}/${REPOSITORY}@${digest}`;

  it("has nothing against the sample platform", async () => {
    const text = succeeded(await clone.preview());
    assert.match(text, /lockstep@v\d+\.\d+\.\d+/);
  });

  it("lets an image pass that a trusted key signed, though its tag was moved later", async () => {
    const [signed, other] = [await image(), await image()];
    await cosign.sign(byDigest(signed), release);
    await pin("image", signed);
    await run(toolPath("crane"), ["tag", byDigest(other), signed.tag ?? ""]);
    succeeded(await clone.preview());
  });

  it("refuses an image that nobody signed", async () => {
    await pin("image", await image());
    refused(await clone.preview(), ["image-signed", "no-evidence"]);
  });

  it("refuses an image that a stranger signed", async () => {
    const signed = await image();
    await cosign.sign(byDigest(signed), stranger);
    await pin("image", signed);
    refused(await clone.preview(), ["image-signed", "untrusted-key"]);
  });

  it("refuses an image that is attested and not signed", async () => {
    const attested = await image();
    await cosign.attest(byDigest(attested), release);
    await pin("image", attested);
    refused(await clone.preview(), ["image-signed", "predicate-type"]);
  });

  it("refuses the signature of another image", async () => {
    const [signed, copied] = [await image(), await image()];
    await cosign.sign(byDigest(signed), release, "simple-signing");
    const tag = ({ digest }: DigestReference): string => `${registry}/${REPOSITORY}:sha256-${hexOf(digest)}.sig`;
    await run(toolPath("crane"), ["copy", tag(signed), tag(copied)]);
    await pin("image", copied);
    refused(await clone.preview(), ["image-signed", "other-digest"]);
  });

  it("stops before the first object where the preview is skipped", async () => {
    await pin("image", await image());
    refused(await clone.up(), ["image-signed"]);
    const namespace = await clone.kubectl("get", "namespace", clone.namespace, "--ignore-not-found");
    const deployments = namespace === "" ? new Map() : await clone.objects("deployments", "jobs");
    assert.deepEqual([...deployments.keys()], []);
  });

  for (const [what, change, parts] of [
    ["an init container", { inPodSpec: "initContainers: [{ name: more, image: IMAGE }]" }, ["image-known"]],
    ["a sidecar", { inContainers: "- { name: more, image: IMAGE }" }, ["image-known"]],
    [
      "a custom resource with a pod template",
      {
        definition: BATCH_DEFINITION,
        file: `apiVersion: policy-test.example.com/v1
kind: Batch
metadata: { name: more, namespace: "{{ .Release.Namespace }}" }
spec: { jobs: [{ template: { spec: { containers: [{ name: more, image: IMAGE }] } } }] }
`,
      },
      ["kind-declared", "image-known", "spec.jobs[0].template.spec.containers[0].image"],
    ],
  ] as const) {
    it(`refuses ${what} in the template of a chart that is signed and pinned`, async () => {
      const stray = await image();
      await cosign.sign(byDigest(stray), release);
      images += 1;
      const version = `2.1.0-policy.${process.pid}.${images}`;
      const chart = await changedChart({ folder, registry, version, change, image: renderReference(stray) });
      await cosign.sign(`${registry}/charts/web-service@${chart.digest}`, release);
      await pin("chart", chart);
      refused(await clone.preview(), parts);
    });
  }

  it("refuses two replicas without a disruption budget, at the end of a preview and of an update", async () => {
    images += 1;
    const version = `2.1.0-policy.${process.pid}.${images}`;
    const image = renderReference({ registry, repository: REPOSITORY });
    const change = { without: "poddisruptionbudget.yaml" };
    const chart = await changedChart({ folder, registry, version, change, image });
    await cosign.sign(`${registry}/charts/web-service@${chart.digest}`, release);
    await pin("chart", chart);
    await clone.settings("appointments", { replicas: 2 });
    succeeded(await clone.preview());
    const stages = join(clone.trust, "stages.yaml");
    const before = await readFile(stages, "utf8");
    await writeFile(stages, before.replace(/^( {2}inttest:\n)/m, "$1    availability: { disruptionBudget: true }\n"));
    await clone.signTrust();
    try {
      const parts = ["workload-budget", "Deployment/appointments", "no PodDisruptionBudget that selects its pods"];
      refused(await clone.preview(), parts);
      refused(await clone.up(), parts);
    } finally {
      await writeFile(stages, before);
      await clone.signTrust();
    }
  });

  for (const [what, file, from, to, parts] of [
    [
      "another way into the cluster",
      "src/deployment.ts",
      "    clusterIdentifier,\n",
      '    clusterIdentifier,\n    cluster: "lockstep-sandbox",\n',
      ["own-cluster", "cluster"],
    ],
    [
      "a second provider",
      "src/deployment.ts",
      "    { provider },\n",
      '    { provider: new Provider("other", { context: "lockstep-sandbox" }) },\n',
      ["own-cluster", "the provider other"],
    ],
    [
      "changes that are ignored",
      "src/components/application.ts",
      "...opts, customTimeouts }",
      '...opts, customTimeouts, ignoreChanges: ["spec.replicas"] }',
      ["no-ignored-changes", "spec.replicas"],
    ],
  ] as const) {
    it(`refuses a program with ${what}`, async () => {
      const program = await clone.read(file);
      assert.ok(program.includes(from), from);
      await clone.write(file, program.replace(from, to));
      try {
        refused(await clone.preview(), parts);
      } finally {
        await clone.write(file, program);
      }
    });
  }

  it("refuses a chart that nobody signed", async () => {
    images += 1;
    const version = `2.1.0-policy.${process.pid}.${images}`;
    const image = renderReference({ registry, repository: REPOSITORY });
    await pin("chart", await changedChart({ folder, registry, version, change: { file: "# nothing\n" }, image }));
    refused(await clone.preview(), ["chart-signed"]);
  });

  for (const [what, config] of [
    ["all rules off", { all: "disabled" }],
    ["one rule off", { "image-signed": "disabled" }],
    ["a rule down to advice", { "image-signed": { enforcementLevel: "advisory" } }],
    ["nothing at all", {}],
  ] as const) {
    it(`refuses a configuration that switches ${what}`, async () => {
      const file = join(folder, "policy-config.json");
      await writeFile(file, JSON.stringify(config));
      await pin("image", await image());
      refused(await clone.preview("--policy-pack-config", file), ["does not support config"]);
    });
  }
});

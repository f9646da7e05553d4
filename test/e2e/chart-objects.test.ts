import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { renderReference } from "../../src/model/reference.ts";
import { changedChart } from "./changed-chart.ts";
import { Clone } from "./clone.ts";
import { offlineCosign, type Cosign, type Signer } from "./cosign.ts";
import { refused, succeeded } from "./outcomes.ts";

const ELSEWHERE = "kube-public";

/** A template with objects that no application needs. */
function template(name: string): string {
  return `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: ${name}, namespace: ${ELSEWHERE} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: more, image: IMAGE }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: ${ELSEWHERE} }
data: { a: b }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ${name} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: appointments, namespace: {{ .Release.Namespace }} }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name}, annotations: { pulumi.com/patchForce: "true" } }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [lockstep.example.com], apiVersions: [v1], operations: [CREATE], resources: [things] }]
  validations: [{ expression: "true" }]
`;
}

describe("the objects of a chart", () => {
  let clone: Clone;
  let folder: string;
  let cosign: Cosign;
  let release: Signer;
  let registry: string;

  before(async () => {
    clone = await Clone.make();
    ({ registry } = clone.sandbox.location);
    folder = await mkdtemp(join(tmpdir(), "lockstep-chart-objects-"));
    cosign = await offlineCosign(folder);
    release = await cosign.generateKey("release");
    const file = join(clone.trust, "image-keys.yaml");
    const document = parseDocument(await readFile(file, "utf8"));
    const publicKey = await readFile(release.publicKeyFile, "utf8");
    const key = { name: "release", publicKey, stages: ["inttest"], repositories: [`${registry}/charts/*`] };
    document.addIn(["keys"], document.createNode(key));
    await writeFile(file, document.toString());
    await clone.signTrust();
  });
  after(async () => {
    await clone.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it("pass as the sample charts render them", async () => {
    succeeded(await clone.preview());
  });

  it("are refused elsewhere and of kinds that rule others, though the chart is signed and pinned", async () => {
    const name = `stray-${process.pid}`;
    const chart = await changedChart({
      folder,
      registry,
      version: `2.1.0-objects.${process.pid}`,
      image: renderReference({ registry, repository: "ehealth/appointments" }),
      change: { file: template(name) },
    });
    await cosign.sign(`${registry}/charts/web-service@${chart.digest}`, release);
    const path = ["config", "lockstep:pins", "appointments", "chart"];
    await clone.change({ path, value: `oci://${renderReference(chart)}` });
    refused(await clone.preview(), [
      `own-objects: DaemonSet/${name} metadata.namespace`,
      `own-objects: ConfigMap/${name} metadata.namespace`,
      `own-objects: ClusterRoleBinding/${name}`,
      `own-objects: ValidatingAdmissionPolicy/${name}`,
      'metadata.annotations["pulumi.com/patchForce"]',
    ]);
    refused(await clone.up(), ["own-objects"]);
    const kinds = "daemonsets,configmaps,clusterrolebindings,validatingadmissionpolicies";
    const left = await clone.kubectl("get", kinds, "--namespace", ELSEWHERE, "--output", "name");
    assert.doesNotMatch(left, new RegExp(`/${name}$`, "m"));
  });
});

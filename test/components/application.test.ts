import assert from "node:assert/strict";
import { Application } from "../../src/components/application.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { StageApplication } from "../../src/model/stage.ts";
import { DIGEST, HEX, stageOf, STACK_FILE, withText } from "../model/sample-stage.ts";
import { isSecret, only, record, type Registered } from "./recording-mocks.ts";

const APPLICATION = "lockstep:index:Application";
const MIGRATION = "lockstep:index:Migration";
const SECRET = "kubernetes:core/v1:Secret";
const JOB = "kubernetes:batch/v1:Job";
const CHART = "kubernetes:helm.sh/v4:Chart";
const ENDPOINT = "kubernetes:externaldns.k8s.io/v1alpha1:DNSEndpoint";

function applicationOf(name: string, text: string): StageApplication {
  const found = stageOf(text).applications.find((one) => one.application.name === name);
  assert.ok(found !== undefined);
  return found;
}

async function deploy(name: string, text = STACK_FILE): Promise<readonly Registered[]> {
  const application = applicationOf(name, text);
  const desiredDigest = digestOf("desired");
  const secrets = Object.fromEntries(application.secretNames.map((secret) => [secret, "hunter2"]));
  return record(
    () => new Application(name, { application, chartPath: "/store/chart.tgz", secrets, desiredDigest }, {}),
  );
}

function types(registered: readonly Registered[]): string[] {
  return registered.map(({ type }) => type).filter((type) => type !== "pulumi:pulumi:Stack");
}

function dependsOn(resource: Registered, other: Registered): boolean {
  return resource.dependencies.some((urn) => urn.endsWith(`${other.type}::${other.name}`));
}

describe("Application, with Pulumi's mocks", () => {
  it("hands what policies judge on as plain inputs", async () => {
    const { inputs } = only(await deploy("appointments"), APPLICATION);
    assert.equal(inputs["application"], "appointments");
    assert.equal(inputs["namespace"], "ehealth-inttest");
    assert.equal(inputs["image"], `registry.example.com/ehealth/appointments:1.4.2@${DIGEST}`);
    assert.equal(inputs["chart"], `oci://registry.example.com/charts/web-service:2.1.0@${DIGEST}`);
    assert.deepEqual(inputs["secretNames"], ["DATABASE_URL", "QUEUE_URL"]);
    assert.match(String(inputs["secretsDigest"]), /^sha256:/);
    assert.equal((inputs["values"] as { replicas: number }).replicas, 3);
    assert.equal(inputs["desiredDigest"], digestOf("desired"));
  });

  it("marks every secret as one, and shows its value nowhere else", async () => {
    const registered = await deploy("appointments");
    const { inputs } = only(registered, SECRET);
    const data = inputs["stringData"] as Record<string, unknown>;
    assert.ok(isSecret(data) || (isSecret(data["DATABASE_URL"]) && isSecret(data["QUEUE_URL"])));
    const others = registered.filter(({ type }) => type !== SECRET);
    assert.ok(!JSON.stringify(others).includes("hunter2"));
  });

  it("migrates in a Job of the version's image, between the secret and the chart", async () => {
    const registered = await deploy("appointments");
    const [secret, migration, job, chart] = [SECRET, MIGRATION, JOB, CHART].map((type) => only(registered, type));
    assert.ok(secret && migration && job && chart);
    assert.equal(job.name, `appointments-migrate-${HEX.slice(0, 10)}`);
    assert.equal((job.inputs["metadata"] as { name: string }).name, job.name);
    assert.ok(dependsOn(job, secret) || dependsOn(migration, secret));
    assert.ok(dependsOn(chart, job) || dependsOn(chart, migration));
    assert.ok(job.ignoreChanges.includes("spec"));
  });

  it("runs the migration restricted, once, with its own secrets and labels alone", async () => {
    const job = only(await deploy("appointments"), JOB);
    const spec = job.inputs["spec"] as {
      backoffLimit: number;
      activeDeadlineSeconds: number;
      template: { metadata: { labels: Record<string, string> }; spec: Record<string, unknown> };
    };
    const labels = { "app.kubernetes.io/name": "appointments", "app.kubernetes.io/component": "migration" };
    assert.equal(spec.backoffLimit, 0);
    assert.equal(spec.activeDeadlineSeconds, 600);
    assert.deepEqual(spec.template.metadata.labels, labels);
    const { containers, ...pod } = spec.template.spec;
    assert.deepEqual(pod["securityContext"], { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    assert.equal(pod["restartPolicy"], "Never");
    assert.equal(pod["automountServiceAccountToken"], false);
    const [container] = containers as [Record<string, unknown>];
    assert.deepEqual(container["securityContext"], {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.deepEqual(container["command"], ["migrate", "up"]);
    assert.deepEqual(container["env"], [
      { name: "LOG_LEVEL", value: "debug" },
      { name: "REGION", value: "eu" },
      { name: "DATABASE_URL", valueFrom: { secretKeyRef: { name: "appointments-secrets", key: "DATABASE_URL" } } },
      { name: "LOCKSTEP_SCHEMA_TO", value: "14" },
    ]);
  });

  it("migrates nothing where the database is beyond the version, or the application has none", async () => {
    const beyond = withText("{ appointments: 14 }", "{ appointments: 15 }");
    assert.deepEqual(types(await deploy("appointments", beyond)), [APPLICATION, SECRET, CHART]);
    assert.deepEqual(types(await deploy("status-page")), [APPLICATION, CHART]);
  });

  it("binds its hosts to the stage's target, where it has hosts and the stage a target", async () => {
    const endpoint = only(await deploy("portal"), ENDPOINT);
    assert.deepEqual(endpoint.inputs["spec"], {
      endpoints: [{ dnsName: "portal.example.com", recordType: "CNAME", targets: ["gateway.example.com"] }],
    });
    assert.ok(!types(await deploy("appointments")).includes(ENDPOINT));
    const untargeted = withText(", dnsTarget: gateway.example.com", "");
    assert.ok(!types(await deploy("portal", untargeted)).includes(ENDPOINT));
  });

  it("deploys the chart from its file, with the computed values, under the application's name", async () => {
    const { inputs } = only(await deploy("portal"), CHART);
    const { name, namespace, chart } = inputs;
    assert.deepEqual(
      { name, namespace, chart },
      { name: "portal", namespace: "platform-inttest", chart: "/store/chart.tgz" },
    );
    assert.deepEqual((inputs["values"] as { hosts: string[] }).hosts, ["portal.example.com"]);
  });

  it("protects what is protected, and not the migration of a version", async () => {
    const text = withText("      replicas: 3", "      replicas: 3\n      protect: true");
    const registered = await deploy("appointments", text);
    assert.ok(only(registered, APPLICATION).protect);
    assert.ok(only(registered, SECRET).protect);
    assert.ok(!only(registered, JOB).protect);
    assert.ok((await deploy("appointments")).every(({ protect }) => !protect));
  });
});

import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import type { ProcessResult } from "../../src/adapters/processes.ts";
import { Clone } from "./clone.ts";
import { assertNoSampleSecret, succeeded, textOf } from "./outcomes.ts";

const stackFileSchema = z.object({
  config: z.object({
    "lockstep:pins": z.record(z.string(), z.object({ image: z.string(), chart: z.string() })),
    "lockstep:namespaces": z.object({
      ehealth: z.object({ labels: z.record(z.string(), z.string()), quota: z.record(z.string(), z.string()) }),
    }),
  }),
});
const secretSchema = z.object({ data: z.record(z.string(), z.base64()) });
const applications = { appointments: 2, patients: 3, portal: 2 };

describe("pulumi up -s inttest in a fresh clone", () => {
  let clone: Clone;
  let up: ProcessResult;
  let seen: ReadonlyMap<string, unknown>;
  let written: z.output<typeof stackFileSchema>["config"];

  before(async () => {
    clone = await Clone.make();
    written = stackFileSchema.parse(parse(await clone.read())).config;
    // As people type it; on a terminal it asks instead of --yes.
    up = await clone.pulumi(["up", "-s", "inttest", "--yes"]);
    succeeded(up);
    seen = await clone.objects(
      ...["deployments", "services", "secrets", "httproutes", "dnsendpoints", "jobs", "resourcequotas"],
    );
  });
  after(() => clone.remove());

  function has(object: string, expected: object): void {
    const found = seen.get(object);
    assert.ok(found, `${object} among ${[...seen.keys()].join(", ")}`);
    assert.partialDeepStrictEqual(found, expected);
  }

  for (const [application, replicas] of Object.entries(applications)) {
    it(`has all ${replicas} replicas of ${application} ready`, () => {
      has(`Deployment/${application}`, { spec: { replicas }, status: { readyReplicas: replicas } });
    });

    it(`runs the image of ${application} that is pinned, by repository, tag and digest, from the pinned chart`, () => {
      const pin = written["lockstep:pins"][application];
      assert.ok(pin);
      const chart = /([^/]+):([^:@]+)@sha256:/.exec(pin.chart);
      has(`Deployment/${application}`, {
        metadata: { labels: { "helm.sh/chart": `${chart?.[1] ?? ""}-${chart?.[2] ?? ""}` } },
        spec: { template: { spec: { containers: [{ image: pin.image }] } } },
      });
    });
  }

  it("gives containers their port, CPU and memory", () => {
    const container = {
      ports: [{ name: "http", containerPort: 8080 }],
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
    };
    has("Deployment/patients", { spec: { template: { spec: { containers: [container] } } } });
    has("Service/patients", { spec: { ports: [{ name: "http", port: 8080 }] } });
  });

  it("gives containers the environment of the catalogue and of the stage", () => {
    const withEnv = (env: object[]) => ({ spec: { template: { spec: { containers: [{ env }] } } } });
    has("Deployment/portal", withEnv([{ name: "APPOINTMENTS_URL", value: "http://appointments:8080" }]));
    has("Deployment/appointments", withEnv([{ name: "LOG_LEVEL", value: "debug" }]));
  });

  it("hands secrets over in Secrets", () => {
    const envFrom = [{ secretRef: { name: "appointments-secrets" } }];
    has("Deployment/appointments", { spec: { template: { spec: { containers: [{ envFrom }] } } } });
    const { data } = secretSchema.parse(seen.get("Secret/appointments-secrets"));
    assert.deepEqual(Object.keys(data).sort(), ["DATABASE_URL", "QUEUE_URL"]);
    assert.match(Buffer.from(data["DATABASE_URL"] ?? "", "base64").toString(), /^postgres:\/\//);
  });

  it("never shows a secret, in plain or in base64: not in the plan, the outputs or the stack's state", async () => {
    const exported = succeeded(await clone.pulumi(["stack", "export", "--stack", "inttest"]));
    const outputs = succeeded(await clone.pulumi(["stack", "output", "--stack", "inttest", "--json"]));
    const plain = ["appointments", "patients"].flatMap((name) =>
      Object.values(secretSchema.parse(seen.get(`Secret/${name}-secrets`)).data),
    );
    for (const text of [textOf(up), exported, outputs]) {
      assertNoSampleSecret(text);
      for (const base64 of plain) assert.ok(!text.includes(base64));
    }
    // The engine's mark of a secret: the values are in the state, encrypted.
    assert.match(exported, /"(?:data|stringData)": \{\s+"4dabf18193072939515e22adb298388d"/);
  });

  it("routes each host to its application, and gives it a DNS record", () => {
    has("HTTPRoute/portal", {
      spec: {
        hostnames: ["portal.inttest.example.com"],
        parentRefs: [{ name: "public", namespace: "gateway-system" }],
        rules: [{ backendRefs: [{ name: "portal", port: 8080 }] }],
      },
    });
    has("DNSEndpoint/portal", {
      spec: {
        endpoints: [
          { dnsName: "portal.inttest.example.com", recordType: "CNAME", targets: ["gateway.inttest.example.com"] },
        ],
      },
    });
    assert.ok(!seen.has("HTTPRoute/appointments") && !seen.has("DNSEndpoint/appointments"));
  });

  it("labels the namespace and limits it by its quota", async () => {
    const { labels, quota } = written["lockstep:namespaces"].ehealth;
    const text = await clone.kubectl("get", "namespace", clone.namespace, "--output", "json");
    const own = { "lockstep.dev/project": "lockstep", "lockstep.dev/stage": "inttest" };
    assert.partialDeepStrictEqual(JSON.parse(text), { metadata: { labels: { ...labels, ...own } } });
    has("ResourceQuota/lockstep", { spec: { hard: quota } });
  });

  it("migrates the database before it creates the workload", () => {
    const job = [...seen.keys()].find((name) => name.startsWith("Job/appointments-migrate-"));
    const { status } = z
      .object({ status: z.object({ succeeded: z.literal(1), completionTime: z.string() }) })
      .parse(seen.get(job ?? ""));
    const { metadata } = z
      .object({ metadata: z.object({ creationTimestamp: z.string() }) })
      .parse(seen.get("Deployment/appointments"));
    assert.ok(status.completionTime <= metadata.creationTimestamp);
  });

  it("tells in the stack's outputs what runs", async () => {
    const { stdout } = await clone.pulumi(["stack", "output", "--stack", "inttest", "--json"]);
    for (const [name, readyReplicas] of Object.entries(applications)) {
      const expected = { ...written["lockstep:pins"][name], readyReplicas };
      assert.partialDeepStrictEqual(JSON.parse(stdout), { stage: "inttest", applications: { [name]: expected } });
    }
  });

  it("finds nothing to do the next time, from whatever folder it is typed", async () => {
    const flags = ["--stack", "inttest", "--expect-no-changes"];
    succeeded(await clone.pulumi(["preview", "--cwd", clone.folder, ...flags], { cwd: "/" }));
  });

  it("leaves the working tree as it was", async () => {
    assert.equal(await clone.gitStatus(), "");
  });

  it("says of a stage without pins that it is empty, and deploys it so", async () => {
    for (const verb of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const text = succeeded(await clone.pulumi([...verb, "--stack", "prod"]));
      assert.match(text, /prod is empty/);
      assert.doesNotMatch(text, /kubernetes:(?:core|apps)/);
    }
  });

  it("takes everything away again with pulumi destroy", async () => {
    succeeded(await clone.pulumi(["destroy", "--stack", "inttest", "--yes", "--skip-preview"]));
    assert.equal(await clone.kubectl("get", "namespace", clone.namespace, "--ignore-not-found"), "");
  });
});

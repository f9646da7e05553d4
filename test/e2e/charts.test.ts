import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { CHARTS_FOLDER } from "../../sandbox/samples/chart.ts";
import { ProcessError, run } from "../../src/adapters/processes.ts";
import { webService } from "../../src/applications/charts/web-service.ts";
import type { ChartInput } from "../../src/model/chart.ts";
import { isPinned, parseReference } from "../../src/model/reference.ts";
import { resolveTool } from "../../tools/resolve.ts";

const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
});
type KubernetesObject = z.output<typeof objectSchema>;

const podOwnerSchema = z.object({
  spec: z.object({
    replicas: z.number(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.looseObject({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
      spec: z.looseObject({
        automountServiceAccountToken: z.boolean().optional(),
        securityContext: z.unknown(),
        containers: z.tuple([
          z.looseObject({
            image: z.string(),
            env: z.unknown(),
            envFrom: z.unknown(),
            resources: z.unknown(),
            securityContext: z.unknown(),
          }),
        ]),
      }),
    }),
  }),
});

const DIGEST = `sha256:${"ab".repeat(32)}`;
const values = {
  name: "appointments",
  partOf: "ehealth",
  image: { repository: "127.0.0.1:26400/ehealth/appointments", tag: "1.4.2", digest: DIGEST },
  replicas: 3,
  ports: { http: 8080, metrics: 9090 },
  probes: {
    liveness: { path: "/health/live" },
    readiness: { path: "/health/ready", periodSeconds: 5 },
    startup: { path: "/health/live", failureThreshold: 30 },
  },
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
  env: { LOG_LEVEL: "info", FEATURE: "true" },
  secretName: "appointments",
  podAnnotations: { "lockstep.dev/secrets": "c0ffee" },
  hosts: ["appointments.inttest.example.com"],
};
const gatewayRoute = { kind: "HTTPRoute", gateway: { name: "public", namespace: "gateways" } };

describe("the charts", () => {
  let helm: string;
  let folder: string;

  before(async () => {
    helm = await resolveTool("helm");
    folder = await mkdtemp(join(tmpdir(), "lockstep-charts-"));
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function helmWith(command: readonly string[], chart: string, chartValues: object): Promise<string> {
    const file = join(folder, "values.json");
    await writeFile(file, JSON.stringify(chartValues));
    return (await run(helm, [...command, join(CHARTS_FOLDER, chart), "--values", file])).stdout;
  }

  async function render(chart: string, chartValues: object, flags: readonly string[] = []) {
    const text = await helmWith(["template", "status", "--namespace", "ehealth", ...flags], chart, chartValues);
    const objects = parseAllDocuments(text).flatMap((document) => {
      const content: unknown = document.toJS();
      return content === null ? [] : [objectSchema.parse(content)];
    });
    const named = (kind: string): KubernetesObject => {
      const found = objects.find((object) => object.kind === kind);
      assert.ok(found, kind);
      return found;
    };
    return { text, objects, named, kinds: objects.map(({ kind }) => kind).sort() };
  }

  async function refusal(chartValues: object, flags: readonly string[] = []): Promise<string> {
    const error: unknown = await render("web-service", chartValues, flags).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ProcessError, "it rendered");
    return error.stderr;
  }

  describe("web-service", () => {
    it("passes helm lint", async () => {
      await helmWith(["lint", "--strict"], "web-service", values);
    });

    it("renders everything that a service needs, all of one name and in the release's namespace", async () => {
      const { objects, kinds } = await render("web-service", values);
      assert.deepEqual(kinds, ["Deployment", "Ingress", "PodDisruptionBudget", "Service", "ServiceAccount"]);
      for (const { metadata } of objects)
        assert.deepEqual([metadata.name, metadata.namespace], ["appointments", "ehealth"]);
    });

    it("runs the image by tag and digest, with environment, secret, resources and the secrets' checksum", async () => {
      const { spec } = podOwnerSchema.parse((await render("web-service", values)).named("Deployment"));
      const [container] = spec.template.spec.containers;
      assert.equal(container.image, `127.0.0.1:26400/ehealth/appointments:1.4.2@${DIGEST}`);
      assert.deepEqual(container.env, [
        { name: "FEATURE", value: "true" },
        { name: "LOG_LEVEL", value: "info" },
      ]);
      assert.deepEqual(container.envFrom, [{ secretRef: { name: "appointments" } }]);
      assert.deepEqual(container.resources, values.resources);
      assert.equal(spec.replicas, 3);
      assert.deepEqual(spec.template.metadata.annotations, values.podAnnotations);
    });

    it("keeps to Kubernetes' restricted profile", async () => {
      const { spec } = podOwnerSchema.parse((await render("web-service", values)).named("Deployment"));
      assert.deepEqual(spec.template.spec.securityContext, {
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      assert.deepEqual(spec.template.spec.containers[0].securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      assert.equal(spec.template.spec.automountServiceAccountToken, false);
    });

    it("selects its pods by labels that no version changes", async () => {
      const { spec } = podOwnerSchema.parse((await render("web-service", values)).named("Deployment"));
      assert.deepEqual(spec.selector.matchLabels, {
        "app.kubernetes.io/name": "appointments",
        "app.kubernetes.io/component": "server",
      });
      for (const [name, value] of Object.entries(spec.selector.matchLabels)) {
        assert.equal(spec.template.metadata.labels[name], value);
      }
    });

    it("changes nothing but the Deployment for another version", async () => {
      const other = { ...values, image: { ...values.image, tag: "1.4.3-never-ready" } };
      const [before, after] = [await render("web-service", values), await render("web-service", other)];
      const changed = before.objects.filter((object, index) => {
        return JSON.stringify(object) !== JSON.stringify(after.objects[index]);
      });
      assert.deepEqual(
        changed.map(({ kind }) => kind),
        ["Deployment"],
      );
    });

    it("tells Pulumi not to wait for its Service and its Ingress", async () => {
      const { named } = await render("web-service", values);
      for (const kind of ["Service", "Ingress"]) {
        assert.equal(named(kind).metadata.annotations["pulumi.com/skipAwait"], "true", kind);
      }
    });

    it("has no disruption budget with a single replica", async () => {
      assert.ok(!(await render("web-service", { ...values, replicas: 1 })).kinds.includes("PodDisruptionBudget"));
    });

    it("attaches the hosts to a gateway where asked", async () => {
      const { named, kinds } = await render("web-service", { ...values, route: gatewayRoute });
      assert.ok(!kinds.includes("Ingress"));
      const { spec } = z
        .object({ spec: z.object({ parentRefs: z.unknown(), hostnames: z.unknown() }) })
        .parse(named("HTTPRoute"));
      assert.deepEqual(spec.hostnames, values.hosts);
      assert.deepEqual(spec.parentRefs, [
        { group: "gateway.networking.k8s.io", kind: "Gateway", name: "public", namespace: "gateways" },
      ]);
    });

    it("has neither Ingress nor HTTPRoute without hosts", async () => {
      for (const route of [{}, gatewayRoute]) {
        const { kinds } = await render("web-service", { ...values, hosts: [], route });
        assert.ok(!kinds.includes("Ingress") && !kinds.includes("HTTPRoute"));
      }
    });

    for (const route of [{}, { gateway: gatewayRoute.gateway }, { ingressClass: "internal" }]) {
      it(`takes what the catalogue's typed chart makes of ${JSON.stringify(route)}`, async () => {
        const reference = parseReference(`127.0.0.1:26400/ehealth/portal:2.3.1@${DIGEST}`);
        assert.ok(reference.kind === "reference" && isPinned(reference.reference));
        const input: ChartInput = {
          ...{ stage: "inttest", name: "portal", namespace: "ehealth", image: reference.reference, replicas: 2 },
          ...{ resources: values.resources, env: values.env, hosts: values.hosts, timeoutSeconds: 300 },
          ...{ secretName: "portal", secretsDigest: "c0ffee", gateway: undefined, ingressClass: undefined },
          ...route,
        };
        const typed = webService.toValues(
          input,
          { ports: { web: 8080 }, probes: { liveness: "/live", readiness: { path: "/ready", periodSeconds: 5 } } },
          { component: "front", terminationGracePeriodSeconds: 60, imagePullSecrets: ["registry"] },
        );
        assert.ok((await render("web-service", typed)).kinds.includes("Deployment"));
      });
    }

    it("renders the same bytes every time", async () => {
      assert.equal((await render("web-service", values)).text, (await render("web-service", values)).text);
    });

    it("refuses an image without a digest, with and without its schema", async () => {
      const { repository, tag } = values.image;
      const unpinned = { ...values, image: { repository, tag } };
      assert.match(await refusal(unpinned), /digest/);
      assert.match(await refusal(unpinned, ["--skip-schema-validation"]), /image\.digest/);
    });

    for (const [what, path, broken] of [
      ["a misspelt value", "replcas", { ...values, replcas: 3 }],
      ["a misspelt value inside another", "digset", { ...values, image: { ...values.image, digset: DIGEST } }],
      ["a digest that is too short", "digest", { ...values, image: { ...values.image, digest: "sha256:abcd" } }],
      ["a probe of a port that is not there", "grpc", probing({ path: "/", port: "grpc" })],
      ["hosts for a port that is not there", "route.port", { ...values, ports: { web: 80 }, probes: probesOf("web") }],
      ["an HTTPRoute without a gateway", "gateway", { ...values, route: { kind: "HTTPRoute" } }],
      ["a missing readiness probe", "readiness", { ...values, probes: { liveness: { path: "/" } } }],
      ["a variable that is not text", "LOG_LEVEL", { ...values, env: { LOG_LEVEL: 3 } }],
      ["no port", "ports", { ...values, ports: {} }],
    ] as const) {
      it(`refuses ${what}, and names it`, async () => {
        assert.ok((await refusal(broken)).includes(path));
      });
    }
  });

  describe("status-page", () => {
    const pinned = {
      image: { registry: "127.0.0.1:26400", digest: DIGEST },
      cache: { image: { registry: "127.0.0.1:26400", digest: DIGEST } },
      checks: { portal: { url: "http://portal:8080/health/ready" } },
    };

    it("passes helm lint", async () => {
      await helmWith(["lint", "--strict"], "status-page", pinned);
    });

    it("has what charts of others have: a subchart, a hook, a definition and a resource of it", async () => {
      const { objects, kinds, named } = await render("status-page", pinned, ["--include-crds"]);
      for (const kind of ["StatefulSet", "CustomResourceDefinition", "StatusCheck"])
        assert.ok(kinds.includes(kind), kind);
      assert.equal(named("Job").metadata.annotations["helm.sh/hook"], "pre-install");
      assert.ok(objects.every(({ metadata }) => metadata.name.startsWith("status")));
    });

    it("takes a digest for every image, its subchart's too", async () => {
      const { text } = await render("status-page", pinned);
      const images = [...text.matchAll(/^\s*image: "?([^"\n]+)"?$/gm)].map(([, image]) => image);
      assert.deepEqual(images, [
        `127.0.0.1:26400/ehealth/status-page:0.9.3@${DIGEST}`,
        `127.0.0.1:26400/ehealth/status-cache:7.2.4@${DIGEST}`,
        `127.0.0.1:26400/ehealth/status-page:0.9.3@${DIGEST}`,
      ]);
    });

    it("takes a misspelt value without a word, as others' charts do", async () => {
      assert.equal(
        (await render("status-page", { ...pinned, replcaCount: 3 })).text,
        (await render("status-page", pinned)).text,
      );
    });
  });
});

function probing(liveness: object): object {
  return { ...values, probes: { ...values.probes, liveness } };
}

function probesOf(port: string): object {
  return { liveness: { path: "/", port }, readiness: { path: "/", port } };
}

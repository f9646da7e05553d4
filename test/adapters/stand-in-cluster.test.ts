import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import {
  customKindsOf,
  STAND_IN_VERSION,
  standInKubeconfig,
  startStandInCluster,
  type StandInCluster,
} from "../../src/adapters/stand-in-cluster.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const ROUTE = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" };
const CHECK = { apiVersion: "status.example.com/v1alpha1", kind: "StatusCheck" };
const GATEWAY = { apiVersion: "gateway.networking.k8s.io/v1beta1", kind: "Gateway" };

describe("the stand-in for a cluster", () => {
  let cluster: StandInCluster;

  beforeEach(async () => {
    cluster = await startStandInCluster([ROUTE, CHECK, GATEWAY]);
  });
  afterEach(() => cluster.close());

  async function get(path: string): Promise<readonly [number, unknown]> {
    const response = await fetch(`${cluster.server}${path}`);
    const text = await response.text();
    return [response.status, text === "" ? "" : JSON.parse(text)];
  }

  it("listens on the loopback alone", () => {
    assert.match(cluster.server, /^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("says which version of Kubernetes it is taken for", async () => {
    const [status, version] = await get("/version");
    assert.equal(status, 200);
    assert.equal(z.object({ gitVersion: z.string() }).parse(version).gitVersion, `v${STAND_IN_VERSION}`);
  });

  it("names the groups of the kinds that it was told, each with its versions", async () => {
    const [, list] = await get("/apis");
    const groups = z.object({
      groups: z.array(z.object({ name: z.string(), versions: z.array(z.object({ version: z.string() })) })),
    });
    assert.deepEqual(
      groups.parse(list).groups.map(({ name, versions }) => [name, versions.map(({ version }) => version)]),
      [
        ["gateway.networking.k8s.io", ["v1", "v1beta1"]],
        ["status.example.com", ["v1alpha1"]],
      ],
    );
  });

  it("names the kinds of a group that it was told, and no other group", async () => {
    const [, list] = await get(`/apis/${CHECK.apiVersion}`);
    const resources = z.object({ resources: z.array(z.object({ kind: z.string() })) }).parse(list).resources;
    assert.deepEqual(
      resources.map(({ kind }) => kind),
      ["StatusCheck"],
    );
    assert.equal((await get("/apis/other.example.com/v1"))[0], 404);
  });

  it("has no object", async () => {
    for (const path of ["/api/v1/namespaces/ehealth", "/apis/apps/v1/namespaces/ehealth/deployments/portal"])
      assert.equal((await get(path))[0], 404);
  });

  it("gives back what it is asked to try, whether it comes as JSON or as YAML", async () => {
    for (const body of [`{"kind":"Pod","spec":{}}`, "kind: Pod\nspec: {}\n"]) {
      const path = "/api/v1/namespaces/x/pods/y?dryRun=All";
      const response = await fetch(`${cluster.server}${path}`, { method: "PATCH", body });
      assert.deepEqual([response.status, await response.json()], [200, { kind: "Pod", spec: {} }]);
    }
  });

  it("hangs up on what it cannot read, and answers the next question", async () => {
    await assert.rejects(fetch(`${cluster.server}/api/v1/pods`, { method: "POST", body: "a: [" }));
    assert.equal((await get("/version"))[0], 200);
  });

  it("is the one server of its kubeconfig, whatever the context is called", () => {
    const config = z
      .object({
        clusters: z.tuple([z.object({ cluster: z.object({ server: z.string() }) })]),
        contexts: z.tuple([z.object({ name: z.string() })]),
        "current-context": z.string(),
      })
      .parse(JSON.parse(standInKubeconfig(cluster, "prod-eu")));
    assert.equal(config.clusters[0].cluster.server, cluster.server);
    assert.deepEqual([config.contexts[0].name, config["current-context"]], ["prod-eu", "prod-eu"]);
  });
});

describe("the custom kinds of a chart", () => {
  async function kindsOf(text: string): Promise<readonly string[]> {
    return inTemporaryFolder(async (folder) => {
      const archive = join(folder, "chart.tgz");
      await writeFile(archive, gzipSync(text));
      return (await customKindsOf(archive)).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
    });
  }

  it("are those whose group Kubernetes does not have", async () => {
    const text = `apiVersion: apps/v1\nkind: Deployment\n---\napiVersion: "${CHECK.apiVersion}"\nkind: 'StatusCheck'\n`;
    assert.deepEqual(await kindsOf(text), [`${CHECK.apiVersion} Deployment`, `${CHECK.apiVersion} StatusCheck`]);
  });

  it("include the gateway's, whose group ends like Kubernetes' own", async () => {
    assert.deepEqual(await kindsOf(`apiVersion: ${ROUTE.apiVersion}\nkind: HTTPRoute\n`), [
      `${ROUTE.apiVersion} HTTPRoute`,
    ]);
    assert.deepEqual(await kindsOf("apiVersion: networking.k8s.io/v1\nkind: Ingress\n"), []);
  });

  it("are none of a chart without custom groups", async () => {
    assert.deepEqual(await kindsOf("apiVersion: v1\nkind: Service\n"), []);
  });
});

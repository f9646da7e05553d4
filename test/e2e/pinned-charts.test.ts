import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answers, startHostileRegistry, type Behaviour } from "../adapters/registry/hostile-registry.ts";
import { Clone } from "./clone.ts";
import { deadPort } from "./dead-port.ts";
import { refused, succeeded } from "./outcomes.ts";

const STACK_FILE = "Pulumi.inttest.yaml";
const CHART = /(oci:\/\/)([^/]+)(\/charts\/[^:]+:[^@]+@sha256:)([0-9a-f]{64})/g;

describe("the pinned charts of a stage", () => {
  let clone: Clone;
  let good: string;

  before(async () => {
    clone = await Clone.make({ pack: false });
    good = await clone.read();
  });
  beforeEach(async () => {
    await clone.write(STACK_FILE, good);
    await rm(store(), { recursive: true, force: true });
  });
  after(() => clone.remove());

  function store(): string {
    return clone.env["LOCKSTEP_STORE"] ?? assert.fail("no store");
  }

  async function chartsFrom(registry: string): Promise<void> {
    await clone.edit(STACK_FILE, (text) => text.replace(CHART, `$1${registry}$3$4`));
  }

  async function kept(): Promise<readonly string[]> {
    const names = await readdir(store(), { recursive: true }).catch(() => []);
    return names.filter((name) => /[0-9a-f]{64}/.test(name));
  }

  it("need no registry once they were pulled", async () => {
    succeeded(await clone.preview());
    assert.ok((await kept()).length > 0);
    await chartsFrom(`127.0.0.1:${await deadPort()}`);
    succeeded(await clone.preview());
  });

  it("are refused where they never were pulled and the registry does not answer", async () => {
    const registry = `127.0.0.1:${await deadPort()}`;
    await chartsFrom(registry);
    refused(await clone.pulumi(["up", "--stack", "inttest", "--yes"]), [`oci://${registry}/charts/web-service:`]);
    assert.deepEqual(await kept(), []);
    assert.equal(await clone.kubectl("get", "namespace", clone.namespace, "--ignore-not-found"), "");
  });

  it("are refused where the registry has nothing of the digest", async () => {
    await clone.edit(STACK_FILE, (text) => text.replace(CHART, `$1$2$3${"0".repeat(64)}`));
    refused(await clone.preview(), [`/charts/web-service:2.1.0@sha256:${"0".repeat(64)}`]);
    assert.deepEqual(await kept(), []);
  });

  it("are pulled again where somebody changed what was kept, and refused where they cannot be", async () => {
    succeeded(await clone.preview());
    for (const name of await kept()) await writeFile(join(store(), name), "something else");
    succeeded(await clone.preview());
    for (const name of await kept()) await writeFile(join(store(), name), "something else");
    await chartsFrom(`127.0.0.1:${await deadPort()}`);
    refused(await clone.preview(), ["/charts/web-service:2.1.0@sha256:"]);
  });

  /** What the sandbox's registry answers, changed on its way. */
  function onTheWay(change: (body: Buffer, path: string) => Buffer): Behaviour {
    return ({ path }, response) => {
      void fetch(`http://${clone.sandbox.location.registry}${path}`).then(async (answer) => {
        const body = change(Buffer.from(await answer.arrayBuffer()), path);
        response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" }).end(body);
      });
    };
  }

  const half = (body: Buffer): Buffer => body.subarray(0, body.length / 2);
  const hostile: readonly (readonly [string, Behaviour])[] = [
    ["gives half of the archive", onTheWay((body, path) => (path.includes("/blobs/") ? half(body) : body))],
    [
      "gives other bytes of the same length",
      onTheWay((body, path) => (path.includes("/blobs/") ? body.fill(7) : body)),
    ],
    ["gives another manifest", onTheWay((body, path) => (path.includes("/manifests/") ? Buffer.from("{}") : body))],
    ["wants a name and a password", answers(401, "{}", { "www-authenticate": 'Basic realm="closed"' })],
  ];
  for (const [what, behaviour] of hostile) {
    it(`are refused by name where the registry ${what}, and nothing is kept of them`, async () => {
      await using server = await startHostileRegistry(behaviour);
      await chartsFrom(server.registry);
      refused(await clone.preview(), [`oci://${server.registry}/charts/web-service:`]);
      assert.ok((await kept()).every((name) => !name.endsWith(".tgz")));
    });
  }
});

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleArtefacts, referenceOf } from "../../sandbox/samples/artefacts.ts";
import { publishSamples, type PublishedSamples } from "../../sandbox/samples/publish.ts";
import { verification } from "../../sandbox/samples/signatures.ts";
import { ProcessError, run, type ProcessResult } from "../../src/adapters/processes.ts";
import { registryClient } from "../../src/adapters/registry/registry-client.ts";
import { nameOf, renderReference, type PinnedReference } from "../../src/model/reference.ts";
import { RefusalError } from "../../src/model/refusal.ts";
import { resolveTools, type ResolvedTools } from "../../tools/resolve.ts";
import { startOlareg, type Olareg } from "./olareg.ts";

type Tools = ResolvedTools<"crane" | "cosign" | "helm">["paths"];

describe("publishSamples", () => {
  let tools: Tools;
  let server: Olareg;
  let sandboxDir: string;
  let first: PublishedSamples;
  const progress: string[] = [];

  function publish(): Promise<PublishedSamples> {
    return publishSamples({
      sandboxDir,
      registry: server.registry,
      tools,
      onProgress: (message) => progress.push(message),
    });
  }

  function reference(repository: string, tag: string): PinnedReference {
    const found = first.references.find((one) => one.repository === repository && one.tag === tag);
    assert.ok(found, `${repository}:${tag}`);
    return found;
  }

  function verify(one: PinnedReference, keyOf: "sandbox" | "stranger"): Promise<ProcessResult> {
    const publicKey = join(sandboxDir, "keys", keyOf, "cosign.pub");
    const trustedRoot = join(sandboxDir, "cosign", "trusted-root.json");
    return run(tools.cosign, [...verification(publicKey, trustedRoot), `${nameOf(one)}@${one.digest}`]);
  }

  async function signaturesOf(one: PinnedReference): Promise<number> {
    return (await registryClient().referrers(one)).length;
  }

  before(async () => {
    tools = (await resolveTools(["crane", "cosign", "helm"])).paths;
    server = await startOlareg();
    sandboxDir = await mkdtemp(join(tmpdir(), "lockstep-sandbox-"));
    first = await publish();
  });

  after(async () => {
    await server.stop();
    await rm(sandboxDir, { recursive: true, force: true });
  });

  it("pushes everything with the digests that were computed without a registry", async () => {
    const expected = (await sampleArtefacts()).map((artefact) => referenceOf(server.registry, artefact));
    assert.deepEqual(first.references, expected);
    assert.equal(first.pushed, expected.length);
    for (const one of expected) {
      const { stdout } = await run(tools.crane, ["digest", `${nameOf(one)}:${one.tag}`]);
      assert.equal(stdout.trim(), one.digest);
    }
  });

  it("pushes images that crane finds valid, layers included", async () => {
    await run(tools.crane, ["validate", "--remote", renderReference(reference("ehealth/appointments", "1.4.2"))]);
  });

  it("signs images and charts so that stock cosign verifies them offline", async () => {
    for (const one of first.references.filter(({ tag }) => !/unsigned|stranger/.test(tag)))
      await verify(one, "sandbox");
  });

  it("leaves one image unsigned", async () => {
    const unsigned = reference("ehealth/portal", "2.4.0-unsigned");
    await assert.rejects(verify(unsigned, "sandbox"), ProcessError);
    await assert.rejects(verify(unsigned, "stranger"), ProcessError);
  });

  it("has one image that only the stranger's key verifies", async () => {
    const strangers = reference("ehealth/portal", "2.4.0-stranger");
    await assert.rejects(verify(strangers, "sandbox"), ProcessError);
    await verify(strangers, "stranger");
  });

  it("keeps private keys and passwords for their owner alone", async () => {
    for (const owner of ["sandbox", "stranger"]) {
      for (const name of ["cosign.key", "password"]) {
        const { mode } = await stat(join(sandboxDir, "keys", owner, name));
        assert.equal(mode & 0o077, 0, `${owner}/${name}`);
      }
    }
  });

  it("trusts the sandbox's key and not the stranger's", async () => {
    const trust = await readFile(first.trustFile, "utf8");
    const lines = (await readFile(join(sandboxDir, "keys", "stranger", "cosign.pub"), "utf8")).split("\n");
    assert.match(trust, /name: sandbox/);
    assert.ok(lines[1] !== undefined && !trust.includes(lines[1]));
  });

  it("does nothing on a second run", async () => {
    progress.length = 0;
    const trust = await stat(first.trustFile);
    const second = await publish();
    assert.deepEqual({ ...second, pushed: 0, signed: 0 }, second);
    assert.deepEqual(progress, []);
    assert.equal((await stat(first.trustFile)).mtimeMs, trust.mtimeMs);
  });

  it("does not sign again what an interrupted run signed and did not record", async () => {
    await rm(join(sandboxDir, "samples.json"));
    assert.equal((await publish()).signed, 0);
    assert.equal(await signaturesOf(reference("charts/web-service", "2.1.0")), 1);
  });

  it("puts back a tag that was moved", async () => {
    const moved = reference("ehealth/portal", "2.3.1");
    await run(tools.crane, ["tag", renderReference(reference("ehealth/portal", "2.2.0")), "2.3.1"]);
    const { pushed, signed } = await publish();
    assert.deepEqual({ pushed, signed }, { pushed: 1, signed: 0 });
    const { stdout } = await run(tools.crane, ["digest", `${nameOf(moved)}:${moved.tag}`]);
    assert.equal(stdout.trim(), moved.digest);
  });

  it("signs anew and trusts the other key where the key pair was lost", async () => {
    const before = await readFile(first.trustFile, "utf8");
    await rm(join(sandboxDir, "keys", "sandbox", "password"));
    const { signed } = await publish();
    assert.equal(signed, first.signed - 1);
    assert.notEqual(await readFile(first.trustFile, "utf8"), before);
    await verify(reference("ehealth/patients", "3.1.0"), "sandbox");
  });

  it("publishes the same digests to a registry that is empty, and signs them, whatever the record says", async () => {
    await using empty = await startOlareg();
    const recordFile = join(sandboxDir, "samples.json");
    const record = await readFile(recordFile, "utf8");
    await writeFile(recordFile, record.replaceAll(server.registry, empty.registry));
    const again = await publishSamples({ sandboxDir, registry: empty.registry, tools });
    assert.deepEqual(
      again.references,
      first.references.map((one) => ({ ...one, registry: empty.registry })),
    );
    assert.deepEqual([again.pushed, again.signed], [first.pushed, first.signed]);
    assert.equal(await signaturesOf({ ...reference("ehealth/patients", "3.1.0"), registry: empty.registry }), 1);
  });

  it("names a registry that is not there, and leaves no layouts behind", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "lockstep-sandbox-"));
    const gone = await startOlareg();
    await gone.stop();
    await assert.rejects(
      publishSamples({ sandboxDir: elsewhere, registry: gone.registry, tools }),
      (error) => error instanceof RefusalError && error.refusals[0]?.code === "registry-unreachable",
    );
    await assert.rejects(stat(join(elsewhere, "samples.json")));
    await rm(elsewhere, { recursive: true, force: true });
  });

  it("gives helm charts that it pulls, shows and renders", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lockstep-charts-"));
    const chart = `oci://${server.registry}/charts/web-service`;
    const version = ["--version", "2.1.0", "--plain-http"];
    await run(tools.helm, ["pull", chart, ...version, "--destination", folder]);
    assert.ok((await stat(join(folder, "web-service-2.1.0.tgz"))).size > 0);
    assert.match((await run(tools.helm, ["show", "chart", chart, ...version])).stdout, /^version: 2\.1\.0$/m);
    const values = join(folder, "values.yaml");
    await writeFile(values, "checks: { portal: { url: 'http://portal:8080' } }\n");
    const { stdout } = await run(tools.helm, [
      ...["template", "status", `oci://${server.registry}/charts/status-page`, "--version", "0.9.4", "--plain-http"],
      ...["--values", values],
    ]);
    assert.match(stdout, /^kind: StatusCheck$/m);
    await rm(folder, { recursive: true, force: true });
  });

  it("gives helm the chart by the digest of the reference", async () => {
    const { digest } = reference("charts/web-service", "2.0.0");
    const { stdout } = await run(tools.helm, [
      ...["show", "chart", `oci://${server.registry}/charts/web-service@${digest}`, "--plain-http"],
    ]);
    assert.match(stdout, /^version: 2\.0\.0$/m);
  });
});

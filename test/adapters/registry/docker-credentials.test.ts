import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { CredentialsError, type Credentials } from "../../../src/adapters/registry/credentials.ts";
import { dockerCredentials } from "../../../src/adapters/registry/docker-credentials.ts";

const auth = Buffer.from("ann:p:w").toString("base64");
const ANN: Credentials = { kind: "password", username: "ann", password: "p:w" };

describe("dockerCredentials", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-docker-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function find(config: unknown, registry = "registry.example.com:5000"): Promise<Credentials | undefined> {
    await writeFile(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
    const env = { DOCKER_CONFIG: folder, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` };
    return dockerCredentials(env)(registry);
  }

  /** A real program, as Docker starts them. */
  async function helper(name: string, script: string): Promise<void> {
    const file = join(folder, `docker-credential-${name}`);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }

  it("finds nobody where there is no configuration", async () => {
    assert.equal(await dockerCredentials({ DOCKER_CONFIG: folder })("registry.example.com"), undefined);
  });

  for (const [what, auths, expected] of [
    ["name and password in base64", { "registry.example.com:5000": { auth } }, ANN],
    ["name and password in the clear", { "registry.example.com:5000": { username: "ann", password: "p:w" } }, ANN],
    ["an older client's address", { "https://registry.example.com:5000/v1/": { auth } }, ANN],
    [
      "an identity token",
      { "registry.example.com:5000": { auth, identitytoken: "t" } },
      { kind: "identity-token", identityToken: "t" },
    ],
    [
      "a registry token",
      { "registry.example.com:5000": { registrytoken: "t" } },
      { kind: "registry-token", registryToken: "t" },
    ],
    ["another port", { "registry.example.com": { auth } }, undefined],
    ["an empty entry", { "registry.example.com:5000": {} }, undefined],
  ] as const) {
    it(`reads ${what}`, async () => {
      assert.deepEqual(await find({ auths }), expected);
    });
  }

  it("knows Docker Hub by the address under which Docker keeps it", async () => {
    assert.deepEqual(await find({ auths: { "https://index.docker.io/v1/": { auth } } }, "docker.io"), ANN);
  });

  it("asks the registry's own helper before the store, and gives it the host on standard input", async () => {
    await helper("own", `cat > ${folder}/asked; test "$1" = get && echo '{"Username":"ann","Secret":"p:w"}'`);
    await helper("store", "exit 9");
    const config = { credHelpers: { "registry.example.com:5000": "own" }, credsStore: "store", auths: {} };
    assert.deepEqual(await find(config), ANN);
    assert.equal(await readFile(join(folder, "asked"), "utf8"), "registry.example.com:5000");
  });

  it("asks the store where there is no helper, and takes its tokens", async () => {
    await helper("store", `echo '{"Username":"<token>","Secret":"t"}'`);
    assert.deepEqual(await find({ credsStore: "store" }), { kind: "identity-token", identityToken: "t" });
  });

  it("finds nobody where a helper has none", async () => {
    await helper("store", "echo 'credentials not found in native keychain'; exit 1");
    assert.equal(await find({ credsStore: "store" }), undefined);
  });

  for (const [what, script] of [
    ["fails", "echo secret-in-output; exit 1"],
    ["answers something else", "echo secret-in-output"],
  ] as const) {
    it(`says so where a helper ${what}, without repeating its output`, async () => {
      await helper("store", script);
      await assert.rejects(find({ credsStore: "store" }), (error) => {
        assert.ok(error instanceof CredentialsError);
        assert.doesNotMatch(`${error.message}${String(error.cause)}`, /secret-in-output/);
        return true;
      });
    });
  }

  it("waits for a helper no longer than its deadline, whoever holds its pipes", async () => {
    await helper("store", "sleep 97");
    await writeFile(join(folder, "config.json"), JSON.stringify({ credsStore: "store" }));
    const env = { DOCKER_CONFIG: folder, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` };
    const began = performance.now();
    await assert.rejects(dockerCredentials(env, 300)("registry.example.com"), CredentialsError);
    assert.ok(performance.now() - began < 5_000);
  });

  it("starts no helper whose name is a path", async () => {
    await assert.rejects(find({ credsStore: "x/../../bin/sh" }), /is not a helper's name/);
  });

  for (const [what, config] of [
    ["a helper that is not there", { credsStore: "missing" }],
    ["a configuration that is not JSON", "{"],
    ["a configuration of another shape", []],
    ["an auth that is not name:password", { auths: { "registry.example.com:5000": { auth: "bm9jb2xvbg==" } } }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(find(config), CredentialsError);
    });
  }
});

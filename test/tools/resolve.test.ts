import assert from "node:assert/strict";
import { access, chmod, cp, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { RefusalError } from "../../src/model/refusal.ts";
import type { ToolName } from "../../tools/catalogue.ts";
import type { ToolEvent } from "../../tools/progress.ts";
import { buildsOf, installFakeGo, program } from "./fake-go.ts";
import { defaultPlaces, resolveTool, resolveTools, type ResolveOptions, type ToolPlaces } from "../../tools/resolve.ts";

/** Prints its own version as cosign does. */
const cosignScript = (version: string): string => `echo "GitVersion:    v${version}"`;

describe("resolveTools", () => {
  let room: string;
  let places: ToolPlaces;
  let goFolder: string;

  beforeEach(async () => {
    room = await mkdtemp(join(tmpdir(), "lockstep-tools-"));
    goFolder = join(room, "go");
    places = {
      modulesFolder: join(room, "modules"),
      builtFolder: join(room, "built"),
      searchPath: join(room, "bin"),
      pulumiHome: join(room, "pulumi"),
    };
    await cp(defaultPlaces({}).modulesFolder, places.modulesFolder, {
      recursive: true,
      filter: (source) => !source.endsWith(".ts"),
    });
  });

  afterEach(async () => {
    await rm(room, { recursive: true, force: true });
  });

  async function installGo(version?: string): Promise<void> {
    await installFakeGo(goFolder, version);
    places = { ...places, searchPath: [places.searchPath, goFolder].join(delimiter) };
  }

  const builds = (): Promise<readonly string[]> => buildsOf(goFolder);

  async function refusalOf(
    names: readonly ToolName[],
    options: ResolveOptions = {},
  ): Promise<RefusalError["refusals"]> {
    try {
      await resolveTools(names, { places, ...options });
    } catch (error) {
      if (error instanceof RefusalError) return error.refusals;
      throw error;
    }
    return assert.fail("nothing was refused");
  }

  describe("with programs on the PATH", () => {
    it("takes one in range, and needs no Go", async () => {
      const path = await program(join(room, "bin/cosign"), cosignScript("3.1.3"));
      assert.equal(await resolveTool("cosign", { places }), path);
    });

    it("passes over one that is too old for a later one in range", async () => {
      await program(join(room, "bin/cosign"), cosignScript("2.4.0"));
      const path = await program(join(room, "later/cosign"), cosignScript("3.2.0"));
      const searchPath = [places.searchPath, join(room, "later")].join(delimiter);
      assert.equal(await resolveTool("cosign", { places: { ...places, searchPath } }), path);
    });

    it("builds where the only one fails when asked", async () => {
      await installGo();
      await program(join(room, "bin/cosign"), "exit 3");
      assert.equal(await resolveTool("cosign", { places }), join(places.builtFolder, "bin/cosign"));
    });

    it("does not take one from a folder relative to the current one", async () => {
      await program(join(room, "bin/cosign"), cosignScript("3.1.3"));
      const searchPath = relative(process.cwd(), places.searchPath);
      const [refusal] = await refusalOf(["cosign"], { places: { ...places, searchPath } });
      assert.match(refusal?.found ?? "", /cosign: not installed/);
    });

    it("chooses the same again from a shell that has the search folder on its PATH", async () => {
      await program(join(room, "bin/cosign"), cosignScript("3.1.3"));
      const first = await resolveTools(["cosign"], { places });
      const searchPath = [first.searchFolder, places.searchPath].join(delimiter);
      assert.deepEqual(await resolveTools(["cosign"], { places: { ...places, searchPath } }), first);
    });

    it("does not count a build of ours as installed, also through a link", async () => {
      await installGo();
      await program(join(places.builtFolder, "bin/cosign"), cosignScript("3.1.3"));
      await mkdir(join(room, "bin"));
      await symlink(join(places.builtFolder, "bin/cosign"), join(room, "bin/cosign"));
      const searchPath = [join(places.builtFolder, "bin"), places.searchPath].join(delimiter);
      await resolveTool("cosign", { places: { ...places, searchPath } });
      assert.deepEqual(await builds(), ["cosign"]);
    });

    it("takes pulumi's own language host with it, where a link leads", async () => {
      const pulumi = await program(join(room, "opt/pulumi"), "echo v3.270.0");
      const host = await program(join(room, "opt/pulumi-language-nodejs"), "exit 1");
      await mkdir(join(room, "bin"));
      await symlink(pulumi, join(room, "bin/pulumi"));
      const { paths, searchFolder } = await resolveTools(["pulumi"], { places });
      assert.equal(paths.pulumi, join(room, "bin/pulumi"));
      assert.equal(await readlink(join(searchFolder, "pulumi-language-nodejs")), host);
    });

    it("takes the provider from Pulumi's plugins where its version fits", async () => {
      const plugins = join(places.pulumiHome, "plugins");
      await program(join(plugins, "resource-kubernetes-v4.22.0/pulumi-resource-kubernetes"), "exit 1");
      const path = await program(join(plugins, "resource-kubernetes-v4.23.0/pulumi-resource-kubernetes"), "exit 1");
      assert.equal(await resolveTool("pulumi-resource-kubernetes", { places }), path);
    });
  });

  describe("with a sandbox's links to what was built here among Pulumi's plugins", () => {
    const provider = "pulumi-resource-kubernetes";

    it("takes the build, not the link, which the sandbox would lead to itself", async () => {
      await installGo();
      const built = await resolveTool(provider, { places });
      const plugin = join(places.pulumiHome, "plugins/resource-kubernetes-v4.23.0");
      await mkdir(plugin, { recursive: true });
      await symlink(built, join(plugin, provider));
      assert.equal(await resolveTool(provider, { places }), built);
      assert.equal((await builds()).length, 1);
    });

    for (const target of [provider, "missing"]) {
      it(`does not take a link that leads nowhere (to ${target})`, async () => {
        await installGo();
        const plugin = join(places.pulumiHome, "plugins/resource-kubernetes-v4.23.0");
        await mkdir(plugin, { recursive: true });
        await symlink(join(plugin, target), join(plugin, provider));
        assert.equal(await resolveTool(provider, { places }), join(places.builtFolder, "bin", provider));
      });
    }
  });

  describe("with a folder for built tools that cannot be used", () => {
    it("refuses a file, and a place below one", async () => {
      await installGo();
      const file = await program(join(room, "file"), "");
      for (const builtFolder of [file, join(file, "below")]) {
        const [refusal, ...others] = await refusalOf(["crane"], { places: { ...places, builtFolder } });
        assert.deepEqual(others, []);
        assert.equal(refusal?.code, "tools-folder-unusable");
        assert.deepEqual(refusal.place, { file: builtFolder, path: "LOCKSTEP_TOOLS" });
      }
    });

    it("refuses it also where nothing is to be built, and together with what is missing", async () => {
      await program(join(room, "bin/cosign"), cosignScript("3.1.3"));
      const builtFolder = await program(join(room, "file"), "");
      const codes = async (name: ToolName) =>
        (await refusalOf([name], { places: { ...places, builtFolder } })).map(({ code }) => code);
      assert.deepEqual(await codes("cosign"), ["tools-folder-unusable"]);
      assert.deepEqual(await codes("crane"), ["tools-missing", "tools-folder-unusable"]);
    });

    it("refuses one that cannot be written", async function () {
      // Root may write everywhere.
      if (process.getuid?.() === 0) this.skip();
      await installGo();
      await mkdir(places.builtFolder, { mode: 0o555 });
      const [refusal] = await refusalOf(["crane"]);
      assert.equal(refusal?.code, "tools-folder-unusable");
    });

    it("needs no writing where everything is there", async function () {
      if (process.getuid?.() === 0) this.skip();
      await installGo();
      const before = await resolveTools(["crane"], { places });
      await chmod(places.builtFolder, 0o555);
      try {
        assert.deepEqual(await resolveTools(["crane"], { places }), before);
      } finally {
        await chmod(places.builtFolder, 0o755);
      }
    });
  });

  describe("with Go", () => {
    beforeEach(async () => {
      await installGo();
    });

    it("builds once, and again when the module changes", async () => {
      const path = await resolveTool("crane", { places });
      assert.ok((await stat(path)).mode & 0o100);
      await resolveTool("crane", { places });
      assert.deepEqual(await builds(), ["crane"]);
      await writeFile(join(places.modulesFolder, "crane/go.sum"), "changed");
      await resolveTool("crane", { places });
      assert.deepEqual(await builds(), ["crane", "crane"]);
    });

    it("builds again when the output was cut short or the record is damaged", async () => {
      const path = await resolveTool("crane", { places });
      await writeFile(path, "");
      await resolveTool("crane", { places });
      await writeFile(join(places.builtFolder, "crane.json"), "{");
      await resolveTool("crane", { places });
      assert.equal((await builds()).length, 3);
    });

    it("builds once when two ask at the same time", async () => {
      const [one, other] = await Promise.all([resolveTool("crane", { places }), resolveTool("crane", { places })]);
      assert.equal(one, other);
      assert.deepEqual(await builds(), ["crane"]);
    });

    it("starts the built language host through a wrapper, from any link", async () => {
      const { searchFolder } = await resolveTools(["pulumi"], { places });
      const { run } = await import("../../src/adapters/processes.ts");
      const { stdout } = await run(join(searchFolder, "pulumi-language-nodejs"), ["127.0.0.1:1"]);
      assert.match(stdout, /libexec\/pulumi-language-nodejs -typescript=false 127\.0\.0\.1:1$/m);
    });

    it("copies only the files that the catalogue names, writable", async () => {
      const source = join(goFolder, "module/config/crd/standard");
      await mkdir(source, { recursive: true });
      for (const name of ["a_vap_b", "gateways", "vap_safeupgrades"]) {
        await writeFile(join(source, `gateway.networking.k8s.io_${name}.yaml`), name, { mode: 0o444 });
      }
      const folder = await resolveTool("gateway-api", { places });
      const file = join(folder, "gateway.networking.k8s.io_gateways.yaml");
      assert.equal(await readFile(file, "utf8"), "gateways");
      assert.equal((await stat(file)).mode & 0o777, 0o644);
      await assert.rejects(access(join(folder, "gateway.networking.k8s.io_vap_safeupgrades.yaml")));
    });

    it("reports a failed build with Go's words and the log, and keeps what was built before", async () => {
      await writeFile(join(goFolder, "fail-cosign"), "");
      const [refusal] = await refusalOf(["crane", "cosign"]);
      assert.equal(refusal?.code, "tool-build-failed");
      assert.match(refusal.found, /undefined: something/);
      assert.match(await readFile(refusal.place.file ?? "", "utf8"), /go build -trimpath[^]*undefined: something/);
      await rm(join(goFolder, "fail-cosign"));
      await resolveTools(["crane", "cosign"], { places });
      assert.deepEqual(await builds(), ["crane", "cosign"]);
    });

    it("ends the build when interrupted, keeps earlier builds and leaves nothing unfinished", async () => {
      await writeFile(join(goFolder, "hang-cosign"), "");
      const interruption = new AbortController();
      const onEvent = (event: ToolEvent): void => {
        if (event.kind === "output" && event.line === "hanging") interruption.abort(new Error("stop"));
      };
      const running = resolveTools(["crane", "cosign"], { places, signal: interruption.signal, onEvent });
      await assert.rejects(running, /stop/);
      await access(join(places.builtFolder, "bin/crane"));
      for (const leftover of ["bin/cosign", "cosign.json", "work", "build.lock"]) {
        await assert.rejects(access(join(places.builtFolder, leftover)), leftover);
      }
      await rm(join(goFolder, "hang-cosign"));
      await resolveTools(["crane", "cosign"], { places });
      assert.deepEqual(await builds(), ["crane", "cosign"]);
    });

    it("tells what happens, in order", async () => {
      const kinds: string[] = [];
      await resolveTools(["crane", "cosign"], { places, onEvent: (event) => kinds.push(event.kind) });
      assert.deepEqual(kinds, ["planned", "building", "built", "building", "built"]);
    });
  });

  describe("without a usable Go", () => {
    it("refuses once, naming every missing tool, and starts nothing", async () => {
      await program(join(room, "bin/cosign"), cosignScript("2.4.0"));
      const refusals = await refusalOf(["etcd", "cosign", "kwok"]);
      assert.deepEqual(
        refusals.map(({ code }) => code),
        ["tools-missing"],
      );
      assert.equal(refusals[0]?.place.path, "etcd, kwok, cosign");
      assert.match(refusals[0].found, /cosign: 2\.4\.0/);
    });

    it("refuses a Go that is too old, with its version", async () => {
      await installGo("go1.21.3");
      const [refusal] = await refusalOf(["etcd"]);
      assert.match(refusal?.found ?? "", /Go: 1\.21\.3[^]*too old/);
      assert.deepEqual(await builds(), []);
    });
  });
});

describe("defaultPlaces", () => {
  it("puts built tools into .tools, or where LOCKSTEP_TOOLS says", () => {
    assert.match(defaultPlaces({}).builtFolder, /\/\.tools$/);
    assert.equal(defaultPlaces({ LOCKSTEP_TOOLS: "/var/cache/tools" }).builtFolder, "/var/cache/tools");
  });
});

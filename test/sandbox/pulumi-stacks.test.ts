import assert from "node:assert/strict";
import { mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sandboxLocation } from "../../sandbox/location.ts";
import { installProvider, stackNames } from "../../sandbox/pulumi-stacks.ts";
import { defaultPlaces, resolveTool, type ToolPlaces } from "../../tools/resolve.ts";
import { installFakeGo, program } from "../tools/fake-go.ts";

describe("the stacks of a sandbox", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), "stacks-")));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("are one for each stack file, and for nothing else", async () => {
    for (const name of [
      "Pulumi.yaml",
      "Pulumi.prod.yaml",
      "Pulumi.a.b.yaml",
      "Pulumi.x.yml",
      "APulumi.y.yaml",
      "z.yaml",
    ])
      await writeFile(path.join(folder, name), "");
    assert.deepEqual(await stackNames(folder), ["a.b", "prod"]);
    assert.ok((await stackNames()).includes("inttest"));
  });

  describe("in a shell with the sandbox's environment", () => {
    const provider = "pulumi-resource-kubernetes";
    let places: ToolPlaces;
    beforeEach(() => {
      places = {
        modulesFolder: defaultPlaces({}).modulesFolder,
        builtFolder: path.join(folder, "built"),
        searchPath: path.join(folder, "go"),
        pulumiHome: path.join(folder, "home"),
      };
    });

    /** What `up` does about the provider, from another shell and then twice from one that has sourced `env`. */
    async function upThreeTimes(): Promise<string> {
      const location = sandboxLocation(path.join(folder, "sandbox"));
      const shells = [places, ...Array.from({ length: 2 }, () => ({ ...places, pulumiHome: location.pulumiHome }))];
      for (const shell of shells) await installProvider(location, await resolveTool(provider, { places: shell }));
      const plugins = path.join(location.pulumiHome, "plugins");
      const [version = ""] = await readdir(plugins);
      return realpath(path.join(plugins, version, provider));
    }

    it("keep a provider that was built here", async () => {
      await installFakeGo(path.join(folder, "go"));
      assert.equal(await upThreeTimes(), path.join(places.builtFolder, "bin", provider));
    });

    it("keep a provider from the user's own plugins", async () => {
      const plugin = path.join(places.pulumiHome, "plugins/resource-kubernetes-v4.23.0", provider);
      await program(plugin, "exit 1");
      assert.equal(await upThreeTimes(), plugin);
    });
  });
});

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { catalogue, GO_RANGE, recipeOf, toolNames } from "../../tools/catalogue.ts";
import { acceptedRange } from "../../tools/choice.ts";

const modulesFolder = join(import.meta.dirname, "../../tools");

describe("the tools' modules", () => {
  it("are one folder per tool of the catalogue", async () => {
    const entries = await readdir(modulesFolder, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    assert.deepEqual(folders.toSorted(), toolNames.toSorted());
  });

  for (const name of toolNames) {
    it(`${name} pins what the catalogue builds, for a Go that is accepted`, async () => {
      const goMod = await readFile(join(modulesFolder, name, "go.mod"), "utf8");
      const goSum = await readFile(join(modulesFolder, name, "go.sum"), "utf8");
      const recipe = recipeOf(name);
      assert.match(goMod, new RegExp(`^module lockstep\\.dev/tools/${name}$`, "m"));
      const goVersion = semver.coerce(/^go (\S+)$/m.exec(goMod)?.[1]);
      assert.ok(goVersion !== null && semver.gte(semver.minVersion(GO_RANGE) ?? "0.0.0", goVersion));
      const module = recipe.kind === "files" ? recipe.module : recipe.embeds?.module;
      if (module === undefined) assert.ok(recipe.kind === "program" && goMod.includes(`tool ${recipe.package}\n`));
      else assert.ok(goMod.includes(`require ${module} v`) && goSum.includes(`${module} v`));
    });
  }

  it("report versions that their own range accepts", () => {
    const reported = {
      "kube-apiserver": "1.36.3",
      kubectl: "1.36.3",
      crane: catalogue.crane.linkerVariables["github.com/google/go-containerregistry/cmd/crane/cmd.Version"],
      cosign: catalogue.cosign.linkerVariables["sigs.k8s.io/release-utils/version.gitVersion"],
      "pulumi-resource-kubernetes": Object.values(catalogue["pulumi-resource-kubernetes"].linkerVariables)[0],
    };
    for (const [name, version] of Object.entries(reported)) {
      const range = acceptedRange(recipeOf(name as keyof typeof reported));
      assert.ok(semver.satisfies(version ?? "", range ?? ""), `${name} ${version ?? ""} ${range ?? ""}`);
    }
  });
});

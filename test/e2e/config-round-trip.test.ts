import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { run } from "../../src/adapters/processes.ts";
import type { Json, JsonObject } from "../../src/model/json.ts";
import { editYaml, YamlEditError, type YamlChange } from "../../src/model/yaml-edit.ts";
import { resolveTools } from "../../tools/resolve.ts";
import { inTemporaryFolder } from "../adapters/temporary-folder.ts";
import { pinOf, stackFiles } from "../model/generated-stack-file.ts";
import { sourceOf } from "../model/sample-stage.ts";

const FILE = "Pulumi.prod.yaml";
/** Each is three processes of the real engine. */
const FILES = 4;

const promotion: readonly YamlChange[] = [
  { path: ["config", "lockstep:pins", "portal"], value: pinOf("portal", 7, 7) },
  { path: ["config", "lockstep:pins", "billing"], value: pinOf("billing", 3, 3) },
  { path: ["config", "lockstep:schemaLevels", "billing"], value: 14 },
];

/** Generated files into which that promotion was written. */
function writtenFiles(): readonly string[] {
  return fc
    .sample(stackFiles, { numRuns: FILES * 3, seed: 5 })
    .flatMap(({ text }) => {
      try {
        return [editYaml(sourceOf(text), promotion)];
      } catch (error) {
        if (error instanceof YamlEditError) return [];
        throw error;
      }
    })
    .slice(0, FILES);
}

/** The engine in a project of its own, which needs neither cluster nor registry. */
class Engine {
  readonly #pulumi: string;
  readonly #folder: string;

  private constructor(pulumi: string, folder: string) {
    this.#pulumi = pulumi;
    this.#folder = folder;
  }

  static async make(folder: string): Promise<Engine> {
    const { paths } = await resolveTools(["pulumi"]);
    await writeFile(join(folder, "Pulumi.yaml"), "name: lockstep\nruntime: nodejs\n");
    await mkdir(join(folder, "state"));
    const engine = new Engine(paths.pulumi, folder);
    await engine.run(["stack", "init", "prod"]);
    return engine;
  }

  async values(): Promise<Readonly<Record<"pins" | "levels", Readonly<Record<string, Json>>>>> {
    const [pins = "", levels = ""] = await Promise.all(
      ["lockstep:pins", "lockstep:schemaLevels"].map((key) => this.run(["config", "get", key, "-s", "prod"])),
    );
    const read = (text: string): Readonly<Record<string, Json>> => JSON.parse(text) as JsonObject;
    return { pins: read(pins), levels: read(levels) };
  }

  /** @throws ProcessError with the engine's own words */
  async run(args: readonly string[]): Promise<string> {
    const env = {
      PULUMI_BACKEND_URL: `file://${join(this.#folder, "state")}`,
      PULUMI_HOME: join(this.#folder, "home"),
      PULUMI_CONFIG_PASSPHRASE: "a test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    return (await run(this.#pulumi, ["--non-interactive", ...args], { cwd: this.#folder, env })).stdout.trim();
  }
}

describe("what a promotion writes, as the engine reads it", () => {
  it("is what pulumi config get gives, and stays when pulumi config set writes something else", async () => {
    await inTemporaryFolder(async (folder) => {
      const engine = await Engine.make(folder);
      for (const text of writtenFiles()) {
        await writeFile(join(folder, FILE), text);
        const written = await engine.values();
        assert.deepEqual(written.pins["portal"], promotion[0]?.value, text);
        assert.deepEqual(written.pins["billing"], promotion[1]?.value);
        assert.equal(written.levels["billing"], 14);
        const image = await engine.run(["config", "get", "--path", "lockstep:pins.portal.image", "-s", "prod"]);
        assert.equal(image, pinOf("portal", 7, 7)["image"]);
        // The engine writes the file anew: its values are to be the same, its text need not.
        await engine.run(["config", "set", "other:thing", "else", "-s", "prod"]);
        assert.equal(await engine.run(["config", "get", "other:thing", "-s", "prod"]), "else");
        assert.deepEqual(await engine.values(), written);
      }
    });
  }).timeout(120_000);
});

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "../src/adapters/processes.ts";
import type { ResolvedTools } from "../tools/resolve.ts";
import { sandboxEnvironment } from "./environment.ts";
import { pathExists } from "./files.ts";
import type { SandboxLocation } from "./location.ts";
import { linkProgram } from "./program-link.ts";
import type { SandboxTool } from "./tools.ts";
import type { UpStep } from "./up.ts";

type PulumiTool = "pulumi" | "pulumi-resource-kubernetes";

const PROJECT = path.resolve(import.meta.dirname, "..");

/** Gives the engine its provider and, for every stack file of the project, a stack in the sandbox's own backend. */
export const pulumiStacksStep: UpStep<ResolvedTools<SandboxTool | PulumiTool>> = {
  title: "Stacks",
  async run({ location, tools, signal, note }) {
    await installProvider(location, tools.paths["pulumi-resource-kubernetes"]);
    await turnOffLogs(location);
    await mkdir(location.pulumiState, { recursive: true });
    for (const stack of await stackNames()) {
      if (await pathExists(path.join(location.pulumiState, ".pulumi", "stacks", await projectName(), `${stack}.json`)))
        continue;
      note(stack);
      await run(tools.paths.pulumi, ["stack", "init", stack, "--non-interactive", "--no-select"], {
        cwd: PROJECT,
        env: sandboxEnvironment(location, tools),
        signal,
      });
    }
  },
};

/**
 * As `pulumi plugin install` lays a provider down: found on the PATH instead, it draws a warning on every run.
 * @param provider its program
 */
export async function installProvider(location: SandboxLocation, provider: string): Promise<void> {
  const folder = path.join(location.pulumiHome, "plugins", `resource-kubernetes-v${await providerVersion()}`);
  await linkProgram(path.join(folder, "pulumi-resource-kubernetes"), provider);
}

/**
 * The engine logs all it does into this folder, two thirds of its time in a large stage, and has no switch for it: a
 * file in the folder's place is one (docs/performance.md). A folder that is there already stays.
 */
async function turnOffLogs(location: SandboxLocation): Promise<void> {
  const logs = path.join(location.pulumiHome, "logs");
  if (!(await pathExists(logs))) await writeFile(logs, "");
}

/** The version that the installed SDK asks the engine for. */
async function providerVersion(): Promise<string> {
  const manifest = path.join(PROJECT, "node_modules", "@pulumi", "kubernetes", "package.json");
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  return version;
}

/** A stack for every stack file of the project, sorted. */
export async function stackNames(project: string = PROJECT): Promise<string[]> {
  const files = await readdir(project);
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).toSorted();
}

async function projectName(): Promise<string> {
  const text = await readFile(path.join(PROJECT, "Pulumi.yaml"), "utf8");
  return /^name: *(\S+)/m.exec(text)?.[1] ?? "";
}

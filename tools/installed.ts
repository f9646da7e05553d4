import { constants } from "node:fs";
import { access, readdir, realpath, stat } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join, relative } from "node:path";
import semver from "semver";
import { run } from "../src/adapters/processes.ts";
import { recipeOf, toolNames, type Installed, type ToolName } from "./catalogue.ts";
import type { Candidate, GoFound } from "./choice.ts";

/** Where this machine's own programs are looked for. */
export interface Surroundings {
  /** As in the PATH variable. */
  readonly searchPath: string;
  /** Programs below this folder are ours: they count by content, not by version. */
  readonly builtFolder: string;
  /** Pulumi's own folder, usually ~/.pulumi. */
  readonly pulumiHome: string;
  readonly signal?: AbortSignal;
}

const QUESTION_TIMEOUT_MS = 20_000;

/** Every program of that name on this machine, in the order in which a shell would find them. */
export async function findInstalled(
  name: ToolName,
  installed: Installed,
  surroundings: Surroundings,
): Promise<readonly Candidate[]> {
  switch (installed.kind) {
    case "on-path": {
      const paths = await findOnPath(name, surroundings);
      return Promise.all(
        paths.map(async (path) => ({
          path,
          version: await askVersion(path, installed.version.args, installed.version.pattern, surroundings.signal),
          missingBeside: await missingBeside(name, path),
        })),
      );
    }
    case "plugin":
      return findPlugins(name, installed.plugin, surroundings);
    case "beside":
      // Found through the program that it belongs to.
      return [];
  }
}

/** The companion of a program, from the same folder. */
export async function pathBeside(program: string, companion: ToolName): Promise<string> {
  return join(dirname(await realpath(program)), companion);
}

/** The first Go on the PATH, with its version. */
export async function findGo(surroundings: Surroundings): Promise<GoFound | undefined> {
  const [path] = await findOnPath("go", surroundings);
  if (path === undefined) return undefined;
  const version = await askVersion(path, ["env", "GOVERSION"], /^go(\d+\.\d+(?:\.\d+)?)/, surroundings.signal);
  return { path, version: version === undefined ? undefined : (semver.coerce(version)?.version ?? undefined) };
}

async function findOnPath(name: string, { searchPath, builtFolder }: Surroundings): Promise<readonly string[]> {
  const found = new Map<string, string>();
  const realBuiltFolder = await realpath(builtFolder).catch(() => builtFolder);
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, name);
    // An empty or relative entry means another program in every folder.
    if (!isAbsolute(folder) || isBelow(builtFolder, path) || !(await isProgram(path))) continue;
    const target = await realpath(path);
    // Folders such as /bin are links to others: one program is one candidate.
    if (!isBelow(realBuiltFolder, target) && !found.has(target)) found.set(target, path);
  }
  return [...found.values()];
}

async function findPlugins(
  name: ToolName,
  plugin: string,
  { pulumiHome, builtFolder }: Surroundings,
): Promise<readonly Candidate[]> {
  const folder = join(pulumiHome, "plugins");
  const realBuiltFolder = await realpath(builtFolder).catch(() => builtFolder);
  const prefix = `resource-${plugin}-v`;
  const entries = (await readdir(folder).catch(() => [])).filter((entry) => entry.startsWith(prefix));
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    const path = join(folder, entry, name);
    const version = semver.valid(entry.slice(prefix.length)) ?? undefined;
    if (version === undefined || !(await isProgram(path))) continue;
    // In a shell with a sandbox's environment the plugins are the sandbox's own links to what was built here.
    if (isBelow(realBuiltFolder, await realpath(path))) continue;
    candidates.push({ path, version, missingBeside: [] });
  }
  return candidates.toSorted((left, right) => semver.rcompare(left.version ?? "0.0.0", right.version ?? "0.0.0"));
}

async function missingBeside(name: ToolName, path: string): Promise<readonly ToolName[]> {
  const missing: ToolName[] = [];
  for (const companion of companionsOf(name)) {
    if (!(await isProgram(await pathBeside(path, companion)))) missing.push(companion);
  }
  return missing;
}

function companionsOf(name: ToolName): readonly ToolName[] {
  return toolNames.filter((other) => {
    const recipe = recipeOf(other);
    return recipe.kind === "program" && recipe.installed.kind === "beside" && recipe.installed.companionOf === name;
  });
}

/** Undefined where the program fails or prints no version: it is then not taken. */
async function askVersion(
  path: string,
  args: readonly string[],
  pattern: RegExp,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(path, args, {
      timeoutMs: QUESTION_TIMEOUT_MS,
      env: { GOTOOLCHAIN: "local", GOWORK: "off" },
      ...(signal === undefined ? {} : { signal }),
    });
    const found = pattern.exec(stdout.trim())?.[1] ?? pattern.exec(stderr.trim())?.[1];
    return found === undefined ? undefined : found.replace(/^v/, "");
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}

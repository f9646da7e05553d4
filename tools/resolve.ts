import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { RefusalError } from "../src/model/refusal.ts";
import { builtPath, buildTool } from "./build.ts";
import { withBuildLock } from "./build-lock.ts";
import { makeBuiltFolder } from "./built-folder.ts";
import { recipeOf, withCompanions, type Recipe, type ToolName } from "./catalogue.ts";
import { canBuild, chooseTool, refuseMissingTools, type Choice, type Decision } from "./choice.ts";
import { findGo, findInstalled, pathBeside, type Surroundings } from "./installed.ts";
import { linkFolder } from "./link-folder.ts";
import type { OnToolEvent } from "./progress.ts";
import { inputDigestOf, readBuildState, readModuleFiles, type ModuleFiles } from "./record.ts";

/** Where things lie. Each has a default; tests give their own. */
export interface ToolPlaces {
  /** The folder with a Go module per tool. */
  readonly modulesFolder: string;
  /** Where built tools lie. @default LOCKSTEP_TOOLS, else `.tools` in the repository */
  readonly builtFolder: string;
  /** @default the PATH variable */
  readonly searchPath: string;
  /** @default PULUMI_HOME, else `.pulumi` in the home folder */
  readonly pulumiHome: string;
}

export interface ResolveOptions {
  /** Ends a running build; what was built before stays. From SIGINT, listen with `on`: with `once` the process ends. */
  readonly signal?: AbortSignal;
  readonly onEvent?: OnToolEvent;
  readonly places?: Partial<ToolPlaces>;
}

export interface ResolvedTools<Name extends ToolName> {
  /** Absolute: a program's file, or the folder of a tool that is files. */
  readonly paths: Readonly<Record<Name, string>>;
  /** Put this first on the PATH to have exactly these programs, the language host beside pulumi among them. */
  readonly searchFolder: string;
}

interface ToolState extends Decision {
  readonly files: ModuleFiles;
  readonly inputDigest: string;
}

export function defaultPlaces(environment: NodeJS.ProcessEnv = process.env): ToolPlaces {
  const repository = resolve(import.meta.dirname, "..");
  return {
    modulesFolder: import.meta.dirname,
    builtFolder: resolve(repository, environment["LOCKSTEP_TOOLS"] || ".tools"),
    searchPath: environment["PATH"] ?? "",
    pulumiHome: environment["PULUMI_HOME"] || join(homedir(), ".pulumi"),
  };
}

export async function resolveTool(name: ToolName, options: ResolveOptions = {}): Promise<string> {
  return (await resolveTools([name], options)).paths[name];
}

/**
 * The path of each tool: the one on this machine where its version is accepted, else the one built here, which is
 * built first where it is missing or its module has changed.
 * @throws RefusalError `tools-missing`, `tools-folder-unusable` or `tool-build-failed`; the signal's reason where it fired
 */
export async function resolveTools<Name extends ToolName>(
  names: readonly Name[],
  options: ResolveOptions = {},
): Promise<ResolvedTools<Name>> {
  const places = { ...defaultPlaces(), ...options.places };
  const signal = options.signal ?? new AbortController().signal;
  const states = await Promise.all(withCompanions(names).map((name) => lookAt(name, places, signal)));
  await buildMissing(states, places, signal, options.onEvent ?? (() => undefined));
  const paths = await pathsOf(states, places.builtFolder);
  const programs = new Map([...paths].filter(([name]) => isForThePath(recipeOf(name))));
  return {
    // Every name that was asked for is among the states.
    paths: Object.fromEntries(paths) as Record<Name, string>,
    searchFolder: await linkFolder(places.builtFolder, programs),
  };
}

/** A plugin belongs into the engine's plugin folder: on the PATH it draws a warning on every run. */
function isForThePath(recipe: Recipe): boolean {
  return recipe.kind === "program" && recipe.installed.kind !== "plugin";
}

async function lookAt(name: ToolName, places: ToolPlaces, signal: AbortSignal): Promise<ToolState> {
  const recipe = recipeOf(name);
  const surroundings: Surroundings = { ...places, signal };
  const files = await readModuleFiles(join(places.modulesFolder, name));
  const inputDigest = inputDigestOf(files, recipe, `${process.platform}/${process.arch}`);
  const candidates = recipe.kind === "program" ? await findInstalled(name, recipe.installed, surroundings) : [];
  const state = await readBuildState(places.builtFolder, name, inputDigest);
  return { name, recipe, files, inputDigest, candidates, choice: chooseTool(recipe, candidates, state) };
}

/** A tool whose companion was found on this machine comes from there too, and is never built. */
function needsBuild({ recipe, choice }: ToolState, states: readonly ToolState[]): boolean {
  return choice.kind === "to-build" && installedCompanion(recipe, states) === undefined;
}

function installedCompanion(recipe: Recipe, states: readonly ToolState[]): string | undefined {
  if (recipe.kind !== "program" || recipe.installed.kind !== "beside") return undefined;
  const { companionOf } = recipe.installed;
  const choice = states.find(({ name }) => name === companionOf)?.choice;
  return choice?.kind === "installed" ? choice.path : undefined;
}

async function buildMissing(
  states: readonly ToolState[],
  places: ToolPlaces,
  signal: AbortSignal,
  onEvent: OnToolEvent,
): Promise<void> {
  const missing = states.filter((state) => needsBuild(state, states));
  if (missing.length === 0) return;
  const go = await findGo({ ...places, signal });
  const folderRefusals = await makeBuiltFolder(places.builtFolder);
  if (!canBuild(go)) throw new RefusalError([refuseMissingTools(missing, go), ...folderRefusals]);
  if (folderRefusals.length > 0) throw new RefusalError(folderRefusals);
  onEvent({ kind: "planned", builds: missing.map(({ name }) => name) });
  for (const [index, state] of missing.entries()) {
    const position = { position: index + 1, count: missing.length };
    await buildOne(state, go.path, places.builtFolder, signal, position, onEvent);
  }
}

async function buildOne(
  state: ToolState,
  go: string,
  builtFolder: string,
  signal: AbortSignal,
  position: { readonly position: number; readonly count: number },
  onEvent: OnToolEvent,
): Promise<void> {
  const { name, recipe, files, inputDigest } = state;
  const onWait = (): void => {
    onEvent({ kind: "waiting", name });
  };
  await withBuildLock(builtFolder, signal, onWait, async (held) => {
    const now = await readBuildState(builtFolder, name, inputDigest);
    if (chooseTool(recipe, [], now).kind === "built") {
      onEvent({ kind: "found-built", name });
      return;
    }
    const startedAt = performance.now();
    onEvent({ kind: "building", name, ...position });
    const onLine = (line: string): void => {
      onEvent({ kind: "output", name, line });
    };
    try {
      await buildTool({ name, recipe, files, inputDigest, go, builtFolder, signal: held, onLine });
    } catch (error) {
      const kind = signal.aborted ? "interrupted" : "failed";
      onEvent({ kind, name, elapsedMs: performance.now() - startedAt });
      throw error;
    }
    onEvent({ kind: "built", name, elapsedMs: performance.now() - startedAt });
  });
}

async function pathsOf(states: readonly ToolState[], builtFolder: string): Promise<ReadonlyMap<ToolName, string>> {
  const paths = new Map<ToolName, string>();
  for (const { name, recipe, choice } of states) {
    const companion = installedCompanion(recipe, states);
    paths.set(
      name,
      companion === undefined ? chosenPath(choice, builtFolder, name, recipe) : await pathBeside(companion, name),
    );
  }
  return paths;
}

function chosenPath(choice: Choice, builtFolder: string, name: ToolName, recipe: Recipe): string {
  return choice.kind === "installed" ? choice.path : builtPath(builtFolder, name, recipe);
}

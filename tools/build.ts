import { chmod, copyFile, mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FilesRecipe, ProgramRecipe, Recipe, ToolName } from "./catalogue.ts";
import { freshWorkFolders, goBuild, moduleContentFolder, removeWorkFolders, type GoRun } from "./go.ts";
import { writeRecord, type ModuleFiles } from "./record.ts";

/** Everything that one build needs. */
export interface BuildOrder {
  readonly name: ToolName;
  readonly recipe: Recipe;
  readonly files: ModuleFiles;
  readonly inputDigest: string;
  readonly go: string;
  readonly builtFolder: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Where a built tool lies: a program's file, or the folder of its files. */
export function builtPath(builtFolder: string, name: ToolName, recipe: Recipe): string {
  return join(builtFolder, recipe.kind === "program" ? "bin" : "share", name);
}

/**
 * Builds one tool. Its output appears under its name only when it is complete, and the record after it: a build that
 * ends anywhere in between counts as not done. The caller holds the build lock.
 */
export async function buildTool(order: BuildOrder): Promise<void> {
  const { name, recipe, builtFolder, inputDigest } = order;
  const folders = await freshWorkFolders(builtFolder);
  try {
    for (const [file, content] of order.files) await writeFile(join(folders.module, file), content);
    const context: GoRun = {
      go: order.go,
      name,
      moduleFolder: folders.module,
      temporaryFolder: folders.temporary,
      logFile: join(builtFolder, "logs", `${name}.log`),
      signal: order.signal,
      onLine: order.onLine,
    };
    const outputs =
      recipe.kind === "program"
        ? await buildProgram(context, recipe, builtFolder)
        : await copyFiles(context, recipe, builtFolder);
    order.signal.throwIfAborted();
    await writeRecord(builtFolder, name, inputDigest, outputs);
  } finally {
    await removeWorkFolders(builtFolder);
  }
}

async function buildProgram(context: GoRun, recipe: ProgramRecipe, builtFolder: string): Promise<readonly string[]> {
  const { name, moduleFolder } = context;
  if (recipe.embeds !== undefined) {
    const source = await moduleContentFolder(context, recipe.embeds.module);
    for (const file of recipe.embeds.files) await copyFile(join(source, file), join(moduleFolder, basename(file)));
  }
  const unfinished = join(moduleFolder, `${name}.built`);
  await goBuild(context, recipe.package, recipe.linkerVariables, unfinished);
  if (recipe.alwaysWith === undefined) {
    await putInPlace(unfinished, join(builtFolder, "bin", name));
    return [`bin/${name}`];
  }
  await putInPlace(unfinished, join(builtFolder, "libexec", name));
  const wrapper = join(moduleFolder, `${name}.sh`);
  await writeFile(wrapper, wrapperScript(name, recipe.alwaysWith));
  await putInPlace(wrapper, join(builtFolder, "bin", name));
  return [`libexec/${name}`, `bin/${name}`];
}

/** Finds the program from where the script itself lies, also when it is started through a link. */
function wrapperScript(name: ToolName, args: readonly string[]): string {
  return `#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/../libexec/${name}" ${args.join(" ")} "$@"\n`;
}

async function copyFiles(context: GoRun, recipe: FilesRecipe, builtFolder: string): Promise<readonly string[]> {
  const { name, moduleFolder } = context;
  const source = join(await moduleContentFolder(context, recipe.module), recipe.folder);
  const pattern = new RegExp(recipe.names);
  const names = (await readdir(source)).filter((file) => pattern.test(file)).toSorted();
  const unfinished = join(moduleFolder, "share");
  await mkdir(unfinished);
  for (const file of names) {
    await copyFile(join(source, file), join(unfinished, file));
    // Go keeps its modules read-only, and copies inherit that.
    await chmod(join(unfinished, file), 0o644);
  }
  const destination = builtPath(builtFolder, name, recipe);
  await mkdir(dirname(destination), { recursive: true });
  await rm(destination, { recursive: true, force: true });
  await rename(unfinished, destination);
  return names.map((file) => `share/${name}/${file}`);
}

/** A program of this name is either the one before or this one, whole, also after a power cut. */
async function putInPlace(unfinished: string, destination: string): Promise<void> {
  await chmod(unfinished, 0o755);
  const file = await open(unfinished, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await mkdir(dirname(destination), { recursive: true });
  await rename(unfinished, destination);
}

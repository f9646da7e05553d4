import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import type { Recipe, ToolName } from "./catalogue.ts";
import type { BuildState } from "./choice.ts";

/** What a build left, relative to the folder of built tools. The size tells a file that was cut short. */
const outputSchema = z.object({ path: z.string(), bytes: z.int().nonnegative() });

const recordSchema = z.object({ inputDigest: z.string(), outputs: z.array(outputSchema).min(1) });

export type Output = z.infer<typeof outputSchema>;

export type BuildRecord = z.infer<typeof recordSchema>;

/** Names and contents of the files that a build starts from. */
export type ModuleFiles = ReadonlyMap<string, Uint8Array>;

/** SHA-256 in hexadecimal over everything that decides what a build makes, the Go release excepted. */
export function inputDigestOf(files: ModuleFiles, recipe: Recipe, platform: string): string {
  const contents = [...files]
    .map(([name, content]) => [name, sha256(content)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return sha256(JSON.stringify({ contents, recipe: buildPart(recipe), platform }));
}

/** How a program is found on this machine has no part in what a build makes of it. */
function buildPart(recipe: Recipe): unknown {
  if (recipe.kind === "files") return recipe;
  const { kind, package: packageName, linkerVariables, embeds, alwaysWith } = recipe;
  return { kind, packageName, linkerVariables, embeds, alwaysWith };
}

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The files of a module folder; a folder inside it takes no part. */
export async function readModuleFiles(folder: string): Promise<ModuleFiles> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)));
}

export async function readBuildState(builtFolder: string, name: ToolName, inputDigest: string): Promise<BuildState> {
  const record = await readRecord(builtFolder, name);
  if (record === undefined) return { inputDigest, builtFrom: undefined, complete: false };
  const sizes = await Promise.all(record.outputs.map(({ path }) => sizeOf(join(builtFolder, path))));
  const complete = record.outputs.every(({ bytes }, index) => sizes[index] === bytes);
  return { inputDigest, builtFrom: record.inputDigest, complete };
}

/** A record that is missing or damaged means a build, not an error. */
async function readRecord(builtFolder: string, name: ToolName): Promise<BuildRecord | undefined> {
  try {
    const text = await readFile(recordFile(builtFolder, name), "utf8");
    return recordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export async function writeRecord(
  builtFolder: string,
  name: ToolName,
  inputDigest: string,
  outputPaths: readonly string[],
): Promise<void> {
  const outputs = await Promise.all(
    outputPaths.map(async (path) => ({ path, bytes: (await stat(join(builtFolder, path))).size })),
  );
  const record: BuildRecord = { inputDigest, outputs };
  await writeFileAtomic(recordFile(builtFolder, name), `${JSON.stringify(record, undefined, 2)}\n`);
}

function recordFile(builtFolder: string, name: ToolName): string {
  return join(builtFolder, `${name}.json`);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

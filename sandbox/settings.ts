import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { RefusalError } from "../src/model/refusal.ts";
import { isMissing } from "./files.ts";
import {
  DEFAULT_PORT_BASE,
  LOCK_FOLDER,
  MARKER_FILE,
  PORT_BASE_RANGE,
  sandboxLocation,
  type SandboxLocation,
} from "./location.ts";

const portBaseSchema = z.int().min(PORT_BASE_RANGE.min).max(PORT_BASE_RANGE.max);
const markerSchema = z.object({ portBase: portBaseSchema });

/** What the user asked for: a flag wins over what the folder remembers, that over the environment's wish. */
export interface PortBaseWish {
  readonly flag?: string | undefined;
  readonly environment?: string | undefined;
}

/** The sandbox in a folder, or undefined where the folder is missing or empty. */
export async function findSandbox(folder: string): Promise<SandboxLocation | undefined> {
  const portBase = await rememberedPortBase(folder);
  return portBase === undefined ? undefined : sandboxLocation(folder, portBase);
}

/** The sandbox that `up` is to start. */
export async function chooseSandbox(folder: string, wish: PortBaseWish = {}): Promise<SandboxLocation> {
  const asked = parsePortBase(wish.flag, "--port-base");
  const remembered = await rememberedPortBase(folder);
  const fallback = parsePortBase(wish.environment, "LOCKSTEP_SANDBOX_PORT_BASE");
  return sandboxLocation(folder, asked ?? remembered ?? fallback ?? DEFAULT_PORT_BASE);
}

export async function rememberPortBase(location: SandboxLocation): Promise<void> {
  const marker = `${JSON.stringify({ portBase: location.portBase }, undefined, 2)}\n`;
  await writeFileAtomic(path.join(location.folder, MARKER_FILE), marker);
}

async function rememberedPortBase(folder: string): Promise<number | undefined> {
  const file = path.join(folder, MARKER_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (!isMissing(error)) throw notAFolder(folder, error);
    await refuseForeignFolder(folder);
    return undefined;
  }
  return parseMarker(file, text).portBase;
}

function parseMarker(file: string, text: string): z.infer<typeof markerSchema> {
  try {
    return markerSchema.parse(JSON.parse(text));
  } catch {
    throw new RefusalError(
      [
        {
          code: "sandbox-settings-invalid",
          place: { file },
          found: text.trim() === "" ? "an empty file" : text.trim().slice(0, 200),
          expected: `{ "portBase": <number from ${PORT_BASE_RANGE.min} to ${PORT_BASE_RANGE.max}> }`,
          action: `write { "portBase": ${DEFAULT_PORT_BASE} } (or the base this sandbox had) into the file`,
        },
      ],
      2,
    );
  }
}

/** `reset` deletes the folder: a folder with somebody else's files in it must never become a sandbox. */
async function refuseForeignFolder(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return;
    throw notAFolder(folder, error);
  }
  // A sandbox that is being made has its lock, and for a moment the marker's temporary file.
  const foreign = names.filter((name) => name !== LOCK_FOLDER && !name.startsWith(MARKER_FILE));
  if (foreign.length === 0) return;
  throw new RefusalError(
    [
      {
        code: "sandbox-folder-foreign",
        place: { file: folder },
        found: `a folder without ${MARKER_FILE}, holding ${foreign.slice(0, 3).join(", ")}${foreign.length > 3 ? ", …" : ""}`,
        expected: "a sandbox's folder, an empty folder, or none",
        action: "move these files away, or name another folder: npm run sandbox -- up --dir <folder>",
      },
    ],
    2,
  );
}

function notAFolder(folder: string, error: unknown): RefusalError {
  return new RefusalError(
    [
      {
        code: "sandbox-folder-unreadable",
        place: { file: folder },
        found: error instanceof Error ? error.message : String(error),
        expected: "a folder that can be read and written",
        action: "name another folder: npm run sandbox -- up --dir <folder>",
      },
    ],
    2,
  );
}

function parsePortBase(text: string | undefined, source: string): number | undefined {
  if (text === undefined || text === "") return undefined;
  const parsed = portBaseSchema.safeParse(/^\d+$/.test(text) ? Number(text) : Number.NaN);
  if (parsed.success) return parsed.data;
  throw new RefusalError(
    [
      {
        code: "port-base-invalid",
        place: { path: source },
        found: text,
        expected: `a number from ${PORT_BASE_RANGE.min} to ${PORT_BASE_RANGE.max}`,
        action: `npm run sandbox -- up --port-base ${DEFAULT_PORT_BASE}`,
      },
    ],
    2,
  );
}

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { digestOf, type Digest } from "../model/digest.ts";
import { stackFileName } from "../model/stack-file.ts";
import { ANCHOR_VARIABLE } from "../model/trust/anchor.ts";
import { codeOf } from "./disk.ts";
import { projectRoot, trustFolder } from "./project.ts";

/** Where the program reads. */
export interface InputPlaces {
  readonly project: string;
  readonly trust: string;
}

/** What everything looked like that the program reads, at one moment. */
export interface InputSnapshot {
  readonly stage: string;
  readonly places: InputPlaces;
  /** By path, relative to the project, or by the variable's name. */
  readonly inputs: ReadonlyMap<string, string>;
}

const FILES = ["Pulumi.yaml", "package.json", "package-lock.json"];
/** Whatever code the program and the pack are made of. */
const FOLDERS = ["src", "policy"];
/** What says whose rules these are. */
const VARIABLES = [ANCHOR_VARIABLE, "LOCKSTEP_TRUST"];

/**
 * Taken when a plan is shown, and compared when it is carried out. Charts are pinned by digest in the stack file.
 * Synchronous: these are hundreds of small files, and each asynchronous call costs more than the file.
 */
export function takeSnapshot(
  stage: string,
  places: InputPlaces = { project: projectRoot, trust: trustFolder() },
): InputSnapshot {
  const { project, trust } = places;
  const inputs = new Map<string, string>();
  const into: Inputs = { inputs, project };
  for (const name of VARIABLES) inputs.set(name, process.env[name] ?? "");
  for (const name of [...FILES, stackFileName(stage)]) add(into, join(project, name), contentOf);
  for (const folder of FOLDERS) addFolder(into, join(project, folder), contentOf);
  addFolder(into, trust, contentOf);
  // Thousands, each signed: what is in them is verified when they are read, here it is enough that nobody wrote.
  addFolder(into, join(project, "statements", stage), tracesOf);
  return { stage, places, inputs };
}

interface Inputs {
  readonly inputs: Map<string, string>;
  readonly project: string;
}

/** What is not as it was: files that were changed, added or removed, sorted. */
export function changedSince({ stage, places, inputs }: InputSnapshot): readonly string[] {
  const now = takeSnapshot(stage, places).inputs;
  const names = new Set([...inputs.keys(), ...now.keys()]);
  return [...names].filter((name) => inputs.get(name) !== now.get(name)).toSorted();
}

export function snapshotDigest({ inputs }: InputSnapshot): Digest {
  const sorted = [...inputs].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return digestOf(JSON.stringify(sorted));
}

type Look = (path: string) => string;

function contentOf(path: string): string {
  return digestOf(readFileSync(path));
}

function tracesOf(path: string): string {
  const { size, mtimeMs, ino } = statSync(path);
  return [size, mtimeMs, ino].join("/");
}

function addFolder(into: Inputs, folder: string, look: Look): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    // An editor's own files next to the one that it has open are nobody's input.
    if (entry.name.startsWith(".") || entry.name.endsWith("~")) continue;
    if (entry.isDirectory()) addFolder(into, path, look);
    else add(into, path, look);
  }
}

function entriesOf(folder: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(folder);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function readEntries(folder: string) {
  return readdirSync(folder, { withFileTypes: true });
}

function add({ inputs, project }: Inputs, path: string, look: Look): void {
  try {
    inputs.set(relative(project, path).replaceAll("\\", "/"), look(path));
  } catch (error) {
    // Removed while this looked: the comparison names it.
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

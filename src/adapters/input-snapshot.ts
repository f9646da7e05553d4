import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync, type Stats } from "node:fs";
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
/** Whatever code the program and the pack are made of, and whatever it may read beside itself: hidden files as well. */
const FOLDERS = ["src", "policy"];
/** What says whose rules these are. */
const VARIABLES = [ANCHOR_VARIABLE, "LOCKSTEP_TRUST"];
/** What is installed there, package-lock.json says. */
const INSTALLED = "node_modules";
/** An editor's own files next to the one that it has open (vim, Emacs, and what both leave) are nobody's input. */
const EDITORS = /^\..+\.sw[a-p]$|^\.#|^#.*#$|~$/;

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
  const into: Inputs = { inputs, project, linked: new Set() };
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
  /** Real paths of folders that a link led to. */
  readonly linked: Set<string>;
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

/** Whatever is no file, such as a pipe, has no content that two looks could compare; to read it may never end. */
function contentOf(path: string): string {
  return statSync(path).isFile() ? digestOf(readFileSync(path)) : "not a file";
}

function tracesOf(path: string): string {
  const { size, mtimeMs, ino } = statSync(path);
  return [size, mtimeMs, ino].join("/");
}

function addFolder(into: Inputs, folder: string, look: Look): void {
  for (const entry of entriesOf(folder)) {
    if (entry.name === INSTALLED || EDITORS.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) addFolder(into, path, look);
    else if (entry.isSymbolicLink()) addLink(into, folder, path, look);
    else add(into, path, look);
  }
}

/** The program reads through a link: where it leads counts, and what is there. */
function addLink(into: Inputs, folder: string, path: string, look: Look): void {
  const real = realFolder(path);
  add(into, path, (link) => `${readlinkSync(link)} ${real === undefined ? lookThrough(link, look) : "/"}`);
  // What is looked at already is not looked at again, or a loop would have no end.
  if (real === undefined || into.linked.has(real) || `${realFolder(folder) ?? ""}/`.startsWith(`${real}/`)) return;
  into.linked.add(real);
  addFolder(into, path, look);
}

/** A link that leads nowhere may lead somewhere later. */
function lookThrough(link: string, look: Look): string {
  return statOf(link) === undefined ? "nowhere" : look(link);
}

/** Undefined where there is no folder. */
function realFolder(path: string): string | undefined {
  return statOf(path)?.isDirectory() === true ? realpathSync(path) : undefined;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
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

/** Links that lead to themselves lead nowhere. */
function isGone(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP"].includes(codeOf(error) ?? "");
}

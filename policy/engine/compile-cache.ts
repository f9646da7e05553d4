import { closeSync, openSync, statSync, utimesSync } from "node:fs";
import { flushCompileCache, getCompileCacheDir } from "node:module";
import { join } from "node:path";
import { digestOf, hexOf } from "../../src/model/digest.ts";

/** The cache is shared, but what lies in it is found by the path of what was compiled. */
const MARK = `lockstep-pack-${hexOf(digestOf(import.meta.dirname)).slice(0, 12)}`;
const HOUR_MS = 3_600_000;

/**
 * Keeps what Node compiled for the next start. Node does so when a process ends by itself; the engine ends this one.
 * It takes up to half a second, also where nothing has changed: once an hour is enough.
 */
export function keepCompiled(): void {
  const folder = getCompileCacheDir();
  if (folder === undefined || wasKept(join(folder, MARK))) return;
  flushCompileCache();
  mark(join(folder, MARK));
}

function wasKept(file: string): boolean {
  const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return age >= 0 && age < HOUR_MS;
}

/** A cache that cannot be written to costs time and nothing else. */
function mark(file: string): void {
  try {
    closeSync(openSync(file, "a"));
    utimesSync(file, new Date(), new Date());
  } catch {
    // As above.
  }
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { digestOf } from "../src/model/digest.ts";
import type { Anchor } from "../src/model/trust/anchor.ts";
import { ROOT_FOLDER } from "../src/model/trust/trust-files.ts";

/**
 * The newest root of a trust folder that somebody signed. The sandbox's owner is whoever has its folder: its anchor is
 * what lies there. Not so for real stages: there the anchor is known outside.
 */
export function newestRoot(trust: string): Anchor | undefined {
  const folder = path.join(trust, ROOT_FOLDER);
  if (!existsSync(folder)) return undefined;
  const versions = readdirSync(folder).flatMap((name) => {
    const version = Number(/^([1-9]\d{0,5})\.json$/.exec(name)?.[1] ?? Number.NaN);
    // Somebody may have written one with `trust edit`: unsigned, it counts for nobody.
    return existsSync(path.join(folder, `${version}.1.sig`)) ? [version] : [];
  });
  if (versions.length === 0) return undefined;
  const version = Math.max(...versions);
  return { version, digest: digestOf(readFileSync(path.join(folder, `${version}.json`))) };
}

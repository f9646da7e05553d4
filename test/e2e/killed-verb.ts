import { readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clone } from "./clone.ts";

export const KILLED_BEFORE = "LOCKSTEP_E2E_KILLED_BEFORE";
/** Of the renames that fit, the one before which it is killed; 1 is the first. */
export const KILLED_AT = "LOCKSTEP_E2E_KILLED_AT";
const SEAM = pathToFileURL(join(import.meta.dirname, "kill-before-rename.ts")).href;

/** What somebody is at when the power goes; each is the rename that would have come next. */
export const steps = {
  /** Nothing is decided on. */
  deciding: (stage: string) => join(".lockstep", "pending", stage),
  /** Decided on, and nothing of it in its place. */
  stating: (stage: string) => join("/statements", stage, "/"),
  /** The statement lies there, and the stack file is the old one. */
  pinning: (stage: string) => `/Pulumi.${stage}.yaml`,
  /** All of it is in its place, and nothing says that it is. */
  ending: (stage: string) => join(".lockstep", "pending", `${stage}.0`),
} as const;

/** The environment in which a verb is killed for good, with nothing cleaned up, before that rename. */
export function killedBefore(target: string, at = 1): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${SEAM}`, [KILLED_BEFORE]: target, [KILLED_AT]: String(at) };
}

/** A killed run's lock is taken over after seconds; here at once. */
export async function ageLocks({ folder }: Clone): Promise<void> {
  const longAgo = new Date(Date.now() - 60_000);
  const locks = (await readdir(folder)).filter((name) => name.endsWith(".yaml.lock"));
  for (const name of locks) await utimes(join(folder, name), longAgo, longAgo);
}

/** What is left of a run that git does not see: journal, drafts and locks. */
export async function leftovers({ folder }: Clone): Promise<readonly string[]> {
  const pending = await readdir(join(folder, ".lockstep", "pending")).catch(() => []);
  const locks = (await readdir(folder)).filter((name) => /\.yaml\.(?:lock|\d+)$/.test(name));
  return [...pending, ...locks];
}

/** Takes them away, for the next test. */
export async function forget(clone: Clone): Promise<void> {
  await rm(join(clone.folder, ".lockstep", "pending"), { recursive: true, force: true });
  for (const name of await leftovers(clone)) await rm(join(clone.folder, name), { recursive: true });
}

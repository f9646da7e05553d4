import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { GitFolder } from "../../adapters/git.ts";
import { takeSnapshot, type InputSnapshot } from "../../adapters/input-snapshot.ts";
import { codeRoot, projectRoot } from "../../adapters/project.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { plannedDigest } from "../../as-planned.ts";
import { digestOf, isDigest, type Digest } from "../../model/digest.ts";

/** What a preview found nothing to do for. */
export interface KnownInputs {
  readonly inputs: Digest;
  /** When the update began that was the newest then: one that came later may have changed anything. */
  readonly update: string;
  readonly atMs: number;
}

/** Exemptions end, approvals expire: what depends on the time is asked again after a day at the latest. */
const GOOD_FOR_MS = 24 * 60 * 60 * 1000;

const knownSchema = z.object({ inputs: z.string().refine(isDigest), update: z.string(), atMs: z.number() });

/** What else decides how a stage is read, and which: nothing secret, for its digest is written down. */
const VARIABLES = /^(?:KUBECONFIG|PULUMI_BACKEND_URL|PULUMI_OPTION_.*|LOCKSTEP_.*)$/;

/**
 * Of everything that the program and the pack read.
 * @returns undefined where the running code is not the project's: then nobody looks whether it is the same
 */
export function inputsOf(loaded: LoadedStage, snapshot: InputSnapshot): Digest | undefined {
  if (codeRoot !== projectRoot) return undefined;
  const variables = Object.entries(process.env).filter(([name]) => VARIABLES.test(name));
  return digestOf(JSON.stringify([plannedDigest(loaded, snapshot), variables.toSorted(byName)]));
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

/** Whether a preview of these inputs, after that update, found nothing to do. */
export function isKnown(
  known: KnownInputs | undefined,
  { inputs, update, atMs }: Omit<KnownInputs, "inputs"> & { readonly inputs: Digest | undefined },
): boolean {
  if (known === undefined || known.inputs !== inputs || known.update !== update) return false;
  // A clock that was set back proves nothing.
  return atMs >= known.atMs && atMs - known.atMs < GOOD_FOR_MS;
}

/** Undefined where nothing is remembered, or nothing that can be read. */
export async function readKnownInputs(stage: string, signal: AbortSignal): Promise<KnownInputs | undefined> {
  try {
    return knownSchema.parse(JSON.parse(await readFile(await fileOf(stage, signal), "utf8")));
  } catch {
    return undefined;
  }
}

/** Remembers them, unless a file has changed since the look at them began. */
export async function rememberInputs(
  known: KnownInputs,
  { snapshot, loaded }: { readonly snapshot: InputSnapshot; readonly loaded: LoadedStage },
  signal: AbortSignal,
): Promise<void> {
  const { name } = loaded.stage;
  if (inputsOf(loaded, takeSnapshot(name, snapshot.places)) !== known.inputs) return;
  await writeFileAtomic(await fileOf(name, signal), `${JSON.stringify(known)}\n`);
}

/** With git's own: nobody's commit has it. */
async function fileOf(stage: string, signal: AbortSignal): Promise<string> {
  return new GitFolder(projectRoot, signal).ownPath(`lockstep-reconciled-${stage}.json`);
}

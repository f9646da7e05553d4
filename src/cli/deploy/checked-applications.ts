import { rememberPassed } from "../../adapters/passed-checks.ts";
import { desiredStatesOf } from "../../desired-states.ts";
import { printable, renderBriefly } from "../../model/refusal.ts";
import { runSmokeChecks, type SmokeFailure, type SmokeProgress } from "../../smoke-checks.ts";
import type { DeployCall } from "./deploy-stage.ts";
import type { OpenedStage } from "./opened-stage.ts";

/** Runs the smoke checks of applications; after Ctrl-C there is no answer, and the signal says so. */
export async function smokeOf(
  { signal }: Pick<DeployCall, "signal">,
  { loaded, access }: Pick<OpenedStage, "loaded" | "access">,
  names: readonly string[],
): Promise<readonly SmokeFailure[]> {
  if (access === undefined || names.length === 0) return [];
  try {
    return await runSmokeChecks({ stage: loaded, names, access, onProgress: showCheck, signal });
  } catch (error) {
    // What the update did is done: Ctrl-C only ends the waiting.
    if (signal.aborted) return [];
    throw error;
  }
}

/** Not on standard output: it is no part of what was asked for. */
function showCheck({ application, check, state }: SmokeProgress): void {
  if (state !== "running") process.stderr.write(`${printable(`${application}: ${check}: ${state}`)}\n`);
}

/**
 * Has the cluster remember that applications, as the files have them, are ready and passed their checks. Where it does
 * not, the next deploy checks them once more: no reason to fail.
 */
export async function rememberChecks(
  { loaded, access }: Pick<OpenedStage, "loaded" | "access">,
  names: readonly string[],
): Promise<void> {
  if (access === undefined || names.length === 0) return;
  const { project, name: stage, applications } = loaded.stage;
  const desired = desiredStatesOf(loaded);
  const passed = applications.flatMap(({ application: { name }, namespace, pin }) => {
    const state = desired.get(name)?.digest;
    if (state === undefined || !names.includes(name)) return [];
    return [{ application: name, namespace, image: pin.image.digest, state }];
  });
  // Ctrl-C at this moment takes nothing back that has passed.
  const { context, place } = access;
  const remembered = await rememberPassed({ project, stage, passed, access: { context, place } });
  if (remembered.kind === "refused")
    process.stderr.write(
      `warning: the cluster does not remember that ${names.join(", ")} passed, the next deploy checks again: ${printable(renderBriefly(remembered.refusals))}\n`,
    );
}

import type { Refusal } from "../src/model/refusal.ts";
import { stopComponent } from "./component-process.ts";
import { components } from "./components/all.ts";
import type { SandboxLocation } from "./location.ts";
import { withSandboxLock } from "./lock.ts";

export interface DownOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: (() => void) | undefined;
}

/**
 * Ends the sandbox's processes, and no others; its data stay.
 * @returns a refusal for each component of which nobody can say whether it ran
 */
export async function downSandbox(location: SandboxLocation, options: DownOptions = {}): Promise<readonly Refusal[]> {
  return withSandboxLock(location.folder, () => stopComponents(location), options);
}

/** The caller holds the lock. Each ends before what it stands on. */
export async function stopComponents(location: SandboxLocation): Promise<readonly Refusal[]> {
  const unknown: Refusal[] = [];
  for (const component of components.toReversed()) unknown.push(...(await stopComponent(location, component)));
  return unknown;
}

import { stopComponent } from "./component-process.ts";
import { components } from "./components/all.ts";
import type { SandboxLocation } from "./location.ts";
import { withSandboxLock } from "./lock.ts";

export interface DownOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: (() => void) | undefined;
}

/** Ends the sandbox's processes, and no others; its data stay. */
export async function downSandbox(location: SandboxLocation, options: DownOptions = {}): Promise<void> {
  await withSandboxLock(location.folder, () => stopComponents(location), options);
}

/** The caller holds the lock. Each ends before what it stands on. */
export async function stopComponents(location: SandboxLocation): Promise<void> {
  for (const component of components.toReversed()) await stopComponent(location, component);
}

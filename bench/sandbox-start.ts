import { performance } from "node:perf_hooks";
import { resetSandbox } from "../sandbox/reset.ts";
import type { SandboxLocation } from "../sandbox/location.ts";
import type { SandboxTools } from "../sandbox/tools.ts";
import { upSandbox } from "../sandbox/up.ts";

/** From nothing but built tools to Ready nodes, certificates and custom resources included. The sandbox is gone then. */
export async function timeSandboxStart(
  location: SandboxLocation,
  tools: SandboxTools,
  signal: AbortSignal,
): Promise<number> {
  await resetSandbox(location, { signal });
  const startedAt = performance.now();
  await upSandbox(location, { tools, signal });
  return performance.now() - startedAt;
}

import type { ClusterAccess } from "../../../src/adapters/kubectl.ts";
import { sharedSandbox } from "../shared-sandbox.ts";

/** What the sandbox's kubeconfig calls its only cluster; the stack files name it too. */
export const CONTEXT = "lockstep-sandbox";

/** Gives this process the environment of a shell in the sandbox, as long as the work takes. */
export async function inSandbox<T>(work: (access: ClusterAccess) => Promise<T>): Promise<T> {
  const { env } = await sharedSandbox();
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await work({ context: CONTEXT, place: {} });
  } finally {
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  }
}

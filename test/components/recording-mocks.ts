import { runtime } from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import * as state from "@pulumi/pulumi/runtime/state.js";

/** A resource as a component registered it with the engine's mock. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly dependencies: readonly string[];
  readonly parent: string;
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  readonly createTimeout: string;
}

/** The request of the engine's protocol, as far as it matters here. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getCustomtimeouts(): { getCreate(): string } | undefined;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

interface Monitor {
  registerResource(request: RegisterRequest, callback: unknown): unknown;
}

/** How the engine's protocol marks a secret. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const SIGNATURE = "4dabf18193072939515e22adb298388d";

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] === SECRET;
}

/**
 * Runs what registers resources against Pulumi's own mocks: nothing is created, everything is recorded.
 * Mocks do not check resources as a provider does; the end-to-end tests do.
 */
export async function record(register: () => void): Promise<readonly Registered[]> {
  const registered: Registered[] = [];
  await runtime.setMocks(
    {
      // A chart's objects are what the provider renders; here there are none.
      newResource: ({ name, inputs }) => ({
        id: `${name}-id`,
        state: { ...(inputs as Record<string, unknown>), resources: [] },
      }),
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "lockstep",
    "inttest",
  );
  // The mocks refuse resources with transforms unless told; they do not call them.
  // The module has it; its types do not say so.
  (state as unknown as { getStore(): { supportsTransforms: boolean } }).getStore().supportsTransforms = true;
  // The monitor of the mocks hands a resource's inputs to the mocks, and not its options.
  const monitor = getMonitor() as unknown as Monitor;
  const registerResource = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    registered.push({
      type: request.getType(),
      name: request.getName(),
      urn: `${request.getType()}::${request.getName()}`,
      inputs: request.getObject()?.toJavaScript() ?? {},
      dependencies: request.getDependenciesList(),
      parent: request.getParent(),
      protect: request.getProtect(),
      ignoreChanges: request.getIgnorechangesList(),
      createTimeout: request.getCustomtimeouts()?.getCreate() ?? "",
    });
    return registerResource(request, callback);
  };
  register();
  await runtime.disconnect();
  return registered;
}

/** The only resource of a type. */
export function only(registered: readonly Registered[], type: string): Registered {
  const [found, ...others] = registered.filter((resource) => resource.type === type);
  if (found === undefined || others.length > 0) {
    throw new Error(
      `${others.length + (found === undefined ? 0 : 1)} of ${type}: ${registered.map((one) => one.type).join(", ")}`,
    );
  }
  return found;
}

import type { DigestReference } from "../../../src/adapters/registry/registry-client.ts";
import { startHostileRegistry, type Behaviour, type HostileRegistry } from "./hostile-registry.ts";
import { MANIFEST_DIGEST } from "./quick-client.ts";

/** For a suite: starts hostile registries, and ends them after each test. */
export function hostileRegistries(): (behaviour: Behaviour) => Promise<HostileRegistry> {
  let opened: HostileRegistry[] = [];
  afterEach(async () => {
    await Promise.all(opened.map((registry) => registry[Symbol.asyncDispose]()));
    opened = [];
  });
  return async (behaviour) => {
    const registry = await startHostileRegistry(behaviour);
    opened.push(registry);
    return registry;
  };
}

/** The sample image in a registry, by digest. */
export function imageIn({ registry }: Pick<HostileRegistry, "registry">): DigestReference {
  return { registry, repository: "ehealth/app", digest: MANIFEST_DIGEST };
}

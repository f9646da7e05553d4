import {
  registryClient,
  type RegistryClient,
  type RegistryClientOptions,
} from "../../../src/adapters/registry/registry-client.ts";
import { RegistryError, type RegistryErrorCode } from "../../../src/adapters/registry/registry-error.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { OCI_MANIFEST } from "./hostile-registry.ts";

/** The ordinary client whose pauses are written down instead of waited for. */
export function quickClient(
  options: RegistryClientOptions = {},
): RegistryClient & { readonly pauses: readonly number[] } {
  const pauses: number[] = [];
  const retry = {
    random: () => 0.5,
    sleep: (milliseconds: number) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    ...options.retry,
  };
  return Object.assign(registryClient({ ...options, retry }), { pauses });
}

export function hasCode(code: RegistryErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof RegistryError && error.code === code;
}

const config = {
  mediaType: "application/vnd.oci.image.config.v1+json",
  digest: digestOf("{}"),
  size: 2,
};

export const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] });
export const MANIFEST_DIGEST = digestOf(MANIFEST);

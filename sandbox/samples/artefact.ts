import { digestOf, type Digest } from "../../src/model/digest.ts";
import type { Signer } from "./applications.ts";

/** What an OCI manifest says about a blob. https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** An image or a chart, complete and in memory. */
export interface Artefact {
  /** Path inside the registry. */
  readonly repository: string;
  readonly tag: string;
  /** The manifest's. */
  readonly digest: Digest;
  readonly manifest: Uint8Array;
  /** What the manifest refers to. */
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
  readonly signedBy: Signer;
}

export interface ArtefactParts {
  readonly repository: string;
  readonly tag: string;
  readonly signedBy: Signer;
  readonly config: { readonly mediaType: string; readonly content: object };
  readonly layer: { readonly mediaType: string; readonly content: Uint8Array };
  readonly annotations: Readonly<Record<string, string>>;
}

export const MANIFEST_MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";

export function artefactOf({ repository, tag, signedBy, config, layer, annotations }: ArtefactParts): Artefact {
  const configContent = jsonOf(config.content);
  const manifest = jsonOf({
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config: descriptorOf(config.mediaType, configContent),
    layers: [descriptorOf(layer.mediaType, layer.content)],
    annotations: sorted(annotations),
  });
  return {
    repository,
    tag,
    signedBy,
    digest: digestOf(manifest),
    manifest,
    blobs: new Map([configContent, layer.content].map((content) => [digestOf(content), content])),
  };
}

export function descriptorOf(mediaType: string, content: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(content), size: content.length };
}

/** Keys in the order of their code units, so that the order in which somebody wrote them is not part of a digest. */
export function sorted(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** JSON without white space, keys as they stand in the object. */
export function jsonOf(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

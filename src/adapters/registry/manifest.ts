import { z } from "zod";
import { isDigest, type Digest } from "../../model/digest.ts";
import { parseBoundedJson } from "../../model/bounded-json.ts";

const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";

export const OCI_IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json";
export const DOCKER_IMAGE_CONFIG = "application/vnd.docker.container.image.v1+json";

type ManifestKind = "image" | "index";

const KIND_OF_MEDIA_TYPE: ReadonlyMap<string, ManifestKind> = new Map([
  [OCI_MANIFEST, "image"],
  [DOCKER_MANIFEST, "image"],
  [OCI_INDEX, "index"],
  [DOCKER_INDEX, "index"],
]);

export const ACCEPTED_MANIFESTS = [...KIND_OF_MEDIA_TYPE.keys()].join(", ");

const annotationsSchema = z
  .record(z.string(), z.string())
  .nullish()
  .transform((found) => found ?? {});

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.custom<Digest>((value) => typeof value === "string" && isDigest(value), "not a SHA-256 digest"),
  size: z.int().nonnegative(),
  artifactType: z.string().nullish(),
  annotations: annotationsSchema,
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).nullish(),
});

/** What a manifest says about something else: a hint until that is fetched and hashed. */
export type Descriptor = z.output<typeof descriptorSchema>;

const sharedFields = {
  schemaVersion: z.literal(2),
  mediaType: z.string().nullish(),
  artifactType: z.string().nullish(),
  annotations: annotationsSchema,
  subject: descriptorSchema.nullish(),
};

const imageManifestSchema = z.object({
  ...sharedFields,
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
});

const indexManifestSchema = z.object({
  ...sharedFields, // Registries written in Go say null for an empty list.
  manifests: z
    .array(descriptorSchema)
    .nullable()
    .transform((found) => found ?? []),
});

export type ImageManifest = z.output<typeof imageManifestSchema> & { readonly kind: "image" };
export type IndexManifest = z.output<typeof indexManifestSchema> & { readonly kind: "index" };
export type Manifest = ImageManifest | IndexManifest;

export type ParsedManifest =
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  | { readonly kind: "problem"; readonly problem: "malformed" | "wrong-media-type"; readonly detail: string };

/**
 * What a manifest is follows from its content alone, so that the same bytes always mean the same
 * (the ambiguity of CVE-2021-41190): its fields decide, a mediaType field and the Content-Type header
 * must agree where they are there. Charts pushed by Helm have no mediaType field; a store has no header.
 */
export function parseManifest(bytes: Uint8Array, contentType?: string): ParsedManifest {
  if (contentType !== undefined && !KIND_OF_MEDIA_TYPE.has(contentType)) return wrongMediaType(contentType);
  const json = parseBoundedJson(bytes);
  if (json.kind === "problem") return malformed(`a manifest that is ${json.problem}`);
  const fields = z.record(z.string(), z.unknown()).safeParse(json.value);
  if (!fields.success) return malformed("a manifest that is not a JSON object");
  const { data } = fields;
  const isIndex = "manifests" in data;
  if (isIndex && ("layers" in data || "config" in data)) return malformed("a manifest that is image and index at once");
  const kind = isIndex ? "index" : "image";
  for (const stated of [data["mediaType"], contentType]) {
    if (typeof stated !== "string") continue;
    if (KIND_OF_MEDIA_TYPE.get(stated) !== kind) return wrongMediaType(stated);
  }
  const parsed = isIndex ? indexManifestSchema.safeParse(data) : imageManifestSchema.safeParse(data);
  if (!parsed.success) return malformed(`not a manifest: ${z.prettifyError(parsed.error)}`);
  // The schema was chosen by `kind` two lines above; the compiler cannot follow that.
  return { kind: "manifest", manifest: { ...parsed.data, kind } as Manifest };
}

function malformed(detail: string): ParsedManifest {
  return { kind: "problem", problem: "malformed", detail };
}

function wrongMediaType(stated: string): ParsedManifest {
  return { kind: "problem", problem: "wrong-media-type", detail: `media type ${stated}` };
}

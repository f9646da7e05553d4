import { z } from "zod";
import type { Digest } from "../../model/digest.ts";
import { renderReference } from "../../model/reference.ts";
import { parseBoundedJson } from "../../model/bounded-json.ts";
import { DOCKER_IMAGE_CONFIG, OCI_IMAGE_CONFIG, type Descriptor, type ImageManifest } from "./manifest.ts";
import type { CallOptions, DigestReference, RegistryClient } from "./registry-client.ts";
import { quoted, RegistryError } from "./registry-error.ts";

type Texts = Readonly<Record<string, string>>;

/** What an image says about itself. Proven to be the image's own words, not to be true. */
export interface ImageLabels {
  readonly digest: Digest;
  /** Of the manifest or index that the reference names. */
  readonly annotations: Texts;
  /** Labels on which the images of all platforms agree. */
  readonly labels: Texts;
  /** Names of labels on which they do not: decide nothing by these. */
  readonly disagreeing: readonly string[];
}

const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_PLATFORMS = 32;
/** What BuildKit lists among the platforms of an index though it is none. */
const ATTESTATION_ANNOTATION = "vnd.docker.reference.type";
const NO_PLATFORM = "unknown";

const configSchema = z.object({
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/**
 * Reads the annotations and labels of an image, of all platforms where it is an index.
 * @throws RegistryError; `wrong-media-type` where it is not an image
 */
export async function readImageLabels(
  registry: RegistryClient,
  reference: DigestReference,
  options: CallOptions = {},
): Promise<ImageLabels> {
  const { digest, manifest } = await registry.manifest(reference, options);
  const images =
    manifest.kind === "image" ? [manifest] : await readPlatforms(registry, reference, manifest.manifests, options);
  const labels = await Promise.all(images.map((image) => readLabels(registry, reference, image, options)));
  return { digest, annotations: manifest.annotations, ...agreement(labels) };
}

async function readPlatforms(
  registry: RegistryClient,
  reference: DigestReference,
  entries: readonly Descriptor[],
  options: CallOptions,
): Promise<readonly ImageManifest[]> {
  const platforms = entries.filter((entry) => !isAttestation(entry));
  if (platforms.length === 0 || platforms.length > MAX_PLATFORMS) {
    throw new RegistryError("malformed", renderReference(reference), `an index of ${platforms.length} platforms`);
  }
  return Promise.all(
    platforms.map(async ({ digest }) => {
      const { manifest } = await registry.manifest({ ...nameOnly(reference), digest }, options);
      if (manifest.kind === "image") return manifest;
      throw new RegistryError("wrong-media-type", renderReference(reference), "an index inside an index");
    }),
  );
}

/** The annotation alone would hide from us what a node of the platform runs. */
function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations[ATTESTATION_ANNOTATION] !== undefined &&
    platform?.os === NO_PLATFORM &&
    platform.architecture === NO_PLATFORM
  );
}

async function readLabels(
  registry: RegistryClient,
  reference: DigestReference,
  { config }: ImageManifest,
  options: CallOptions,
): Promise<Texts> {
  if (config.mediaType !== OCI_IMAGE_CONFIG && config.mediaType !== DOCKER_IMAGE_CONFIG) {
    throw new RegistryError(
      "wrong-media-type",
      renderReference(reference),
      `not an image but ${quoted(config.mediaType)}`,
    );
  }
  const bytes = await registry.blob(reference, config, { ...options, maxBytes: MAX_CONFIG_BYTES });
  const json = parseBoundedJson(bytes);
  const parsed = configSchema.safeParse(json.kind === "value" ? json.value : undefined);
  if (!parsed.success)
    throw new RegistryError("malformed", renderReference(reference), "an image configuration that cannot be read");
  return parsed.data.config?.Labels ?? {};
}

function agreement(platforms: readonly Texts[]): Pick<ImageLabels, "labels" | "disagreeing"> {
  const names = [...new Set(platforms.flatMap((labels) => Object.keys(labels)))].sort();
  const agrees = (name: string): boolean => new Set(platforms.map((labels) => labels[name])).size === 1;
  return {
    labels: Object.fromEntries(names.filter(agrees).map((name) => [name, platforms[0]?.[name] ?? ""])),
    disagreeing: names.filter((name) => !agrees(name)),
  };
}

function nameOnly({ registry, repository }: DigestReference): Pick<DigestReference, "registry" | "repository"> {
  return { registry, repository };
}

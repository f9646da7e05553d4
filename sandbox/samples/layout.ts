import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hexOf } from "../../src/model/digest.ts";
import { descriptorOf, jsonOf, MANIFEST_MEDIA_TYPE, type Artefact } from "./artefact.ts";

/**
 * Writes an artefact as an OCI image layout: the form in which other tools take it from a folder.
 * https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export async function writeLayout(folder: string, artefact: Artefact): Promise<void> {
  const blobs = join(folder, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const index = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [descriptorOf(MANIFEST_MEDIA_TYPE, artefact.manifest)],
  };
  await Promise.all([
    writeFile(join(folder, "oci-layout"), jsonOf({ imageLayoutVersion: "1.0.0" })),
    writeFile(join(folder, "index.json"), jsonOf(index)),
    writeFile(join(blobs, hexOf(artefact.digest)), artefact.manifest),
    ...[...artefact.blobs].map(([digest, content]) => writeFile(join(blobs, hexOf(digest)), content)),
  ]);
}

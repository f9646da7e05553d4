import { createHash } from "node:crypto";
import { digestOf } from "../../src/model/digest.ts";
import type { SampleApplication, SampleVersion } from "./applications.ts";
import { gzipOf, tarOf, type ArchiveFile } from "./archive.ts";
import { artefactOf, jsonOf, sorted, type Artefact } from "./artefact.ts";

/** Builds one version of an application as an OCI image; the same on every machine. */
export function imageOf(application: SampleApplication, version: SampleVersion): Artefact {
  const layer = tarOf(filesOf(application, version), new Date(version.created));
  const annotations = annotationsOf(application, version);
  return artefactOf({
    repository: `ehealth/${application.name}`,
    tag: version.version,
    signedBy: version.signedBy,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      content: {
        created: version.created,
        architecture: "amd64",
        os: "linux",
        config: {
          User: "65532:65532",
          ExposedPorts: { [`${application.port}/tcp`]: {} },
          Entrypoint: [`/app/${application.name}`],
          WorkingDir: "/app",
          Labels: sorted({ ...annotations, ...schemaLabelsOf(version) }),
        },
        rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
        history: [{ created: version.created, created_by: "lockstep sandbox samples" }],
      },
    },
    // `crane validate` and others take no layer that is not in a gzip file.
    layer: { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", content: gzipOf(layer) },
    annotations,
  });
}

/** The commit that a version claims to be built from: made up, but always the same one. */
export function revisionOf(application: SampleApplication, version: SampleVersion): string {
  return createHash("sha1").update(`ehealth/${application.name}@${version.version}`).digest("hex");
}

/** In the manifest as annotations and in the configuration as labels: tools read one or the other. */
function annotationsOf(application: SampleApplication, version: SampleVersion): Readonly<Record<string, string>> {
  return {
    "org.opencontainers.image.created": version.created,
    "org.opencontainers.image.revision": revisionOf(application, version),
    "org.opencontainers.image.source": `https://git.example.com/ehealth/${application.name}`,
    "org.opencontainers.image.title": application.title,
    "org.opencontainers.image.version": version.version,
  };
}

function schemaLabelsOf({ schema }: SampleVersion): Readonly<Record<string, string>> {
  if (schema === undefined) return {};
  return {
    "lockstep.schema.supports": `${schema.supports.min}-${schema.supports.max}`,
    "lockstep.schema.migrates-to": `${schema.migratesTo}`,
  };
}

/** Nothing of this is ever run: the sandbox's nodes only pretend to. It is there to be looked at, and to be hashed. */
function filesOf(application: SampleApplication, version: SampleVersion): readonly ArchiveFile[] {
  const { name, title } = application;
  const release = {
    name,
    version: version.version,
    revision: revisionOf(application, version),
    behaviour: version.behaviour,
  };
  return [
    text(
      "app/README.txt",
      `${title} ${version.version}: a sample image of Lockstep's sandbox. Its containers are simulated.\n`,
    ),
    { path: "app/release.json", content: jsonOf(release) },
    {
      ...text(`app/${name}`, `#!/bin/sh\necho "${name} ${version.version} is a sample and does nothing" >&2\nexit 1\n`),
      executable: true,
    },
    ...migrationsOf(version),
  ];
}

/** One file per level, from the oldest level that the version can live with. */
function migrationsOf({ schema }: SampleVersion): readonly ArchiveFile[] {
  if (schema === undefined) return [];
  const { supports, migratesTo } = schema;
  return Array.from({ length: migratesTo - supports.min + 1 }, (_, index) => {
    const level = String(supports.min + index);
    return text(`app/migrations/${level.padStart(4, "0")}.sql`, `-- Brings the database to level ${level}.\n`);
  });
}

function text(path: string, content: string): ArchiveFile {
  return { path, content: Buffer.from(content) };
}

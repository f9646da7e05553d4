import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { parse, parseDocument } from "yaml";
import { z } from "zod";
import type { SampleChart } from "./applications.ts";
import { gzipOf, tarOf, type ArchiveFile } from "./archive.ts";
import { artefactOf, type Artefact } from "./artefact.ts";

/** The charts of this repository. */
export const CHARTS_FOLDER = join(import.meta.dirname, "../../charts");

/** The part of Chart.yaml that is used here; Helm's configuration blob is all of it, as JSON. */
const metadataSchema = z.looseObject({ name: z.string(), version: z.string(), description: z.string() });

/**
 * Packages a chart folder as `helm package` and `helm push` would, but so that the digest depends on the files' names
 * and contents alone. Media types: https://helm.sh/docs/topics/registries/#oci-feature-deprecation-and-behavior-changes-with-v380
 */
export async function chartOf(chart: SampleChart, folder = join(CHARTS_FOLDER, chart.name)): Promise<Artefact> {
  const files = (await chartFiles(folder)).map((file) =>
    file.path === "Chart.yaml" ? withVersion(file, chart) : file,
  );
  const metadata = metadataSchema.parse(parse(contentOf(files, "Chart.yaml")));
  const packaged = files.map((file) => ({ ...file, path: `${chart.name}/${file.path}` }));
  return artefactOf({
    repository: `charts/${chart.name}`,
    // Helm's own replacement: a tag may not hold the plus sign of a build number.
    tag: chart.version.replaceAll("+", "_"),
    signedBy: "sandbox",
    config: { mediaType: "application/vnd.cncf.helm.config.v1+json", content: metadata },
    layer: {
      mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
      content: gzipOf(tarOf(packaged, new Date(chart.created))),
    },
    annotations: {
      "org.opencontainers.image.created": chart.created,
      "org.opencontainers.image.description": metadata.description,
      "org.opencontainers.image.title": metadata.name,
      "org.opencontainers.image.version": chart.version,
    },
  });
}

/** Without dot files and editors' backups, which would be part of the digest on one machine only. */
async function chartFiles(folder: string): Promise<readonly ArchiveFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && !entry.name.endsWith("~"))
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => ({
      path: path.slice(folder.length + 1).replaceAll(sep, "/"),
      content: await readFile(path),
    })),
  );
}

function withVersion(chartYaml: ArchiveFile, chart: SampleChart): ArchiveFile {
  const document = parseDocument(Buffer.from(chartYaml.content).toString("utf8"));
  if (document.get("version") === chart.version) return chartYaml;
  document.set("version", chart.version);
  return { ...chartYaml, content: Buffer.from(document.toString()) };
}

function contentOf(files: readonly ArchiveFile[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`a chart without ${path}`);
  return Buffer.from(file.content).toString("utf8");
}

import { foreignImages, sampleApplications } from "../../sandbox/samples/applications.ts";
import { referenceOf, sampleArtefacts } from "../../sandbox/samples/artefacts.ts";
import type { Json } from "../../src/model/json.ts";
import { renderReference } from "../../src/model/reference.ts";

const artefacts = sampleArtefacts();

/** `registry/repository:tag@digest` of something that the sandbox publishes. */
export async function sampleReference(registry: string, repository: string, tag: string): Promise<string> {
  const found = (await artefacts).find((artefact) => artefact.repository === repository && artefact.tag === tag);
  if (found === undefined) throw new Error(`no sample ${repository}:${tag}`);
  return renderReference(referenceOf(registry, found));
}

/** A sample version's pin as it stands in a stack file. */
export async function pinOf(registry: string, application: string, version: string): Promise<Json> {
  const { chart, schema } = sampleVersion(application, version);
  const chartVersion = chart === "web-service" ? "2.1.0" : "0.9.4";
  return {
    image: await sampleReference(registry, `ehealth/${application}`, version),
    chart: `oci://${await sampleReference(registry, `charts/${chart}`, chartVersion)}`,
    ...(schema === undefined ? {} : { schema: { supports: { ...schema.supports }, migratesTo: schema.migratesTo } }),
  };
}

/** The level to which a sample version's migration brings the database. */
export function levelOf(application: string, version: string): number | undefined {
  return sampleVersion(application, version).schema?.migratesTo;
}

function sampleVersion(application: string, version: string) {
  const sample = [...sampleApplications, ...foreignImages].find(({ name }) => name === application);
  const found = sample?.versions.find((one) => one.version === version);
  if (sample === undefined || found === undefined) throw new Error(`no sample ${application} ${version}`);
  return { chart: sample.chart, schema: found.schema };
}

import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { projectRoot } from "../src/adapters/project.ts";
import { renderReference, type PinnedReference } from "../src/model/reference.ts";
import { stackFileName } from "../src/model/stack-file.ts";

/** The stage that the registry feeds. */
export const STAGE = "inttest";

export interface ProjectContents {
  readonly applicationCount: number;
  /** In the cluster. */
  readonly namespace: string;
  readonly chart: PinnedReference;
  /** The pin of every application that `images` does not name. */
  readonly image: PinnedReference;
  readonly images?: ReadonlyMap<string, PinnedReference>;
}

/** application-001, application-002, … */
export function applicationNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `application-${String(index + 1).padStart(3, "0")}`);
}

/** Writes a clone of this project with a catalogue of that many applications into a folder that is absent or empty. */
export async function writeProject(folder: string, contents: ProjectContents): Promise<void> {
  // The rules are under the trust root's signature: as they are, or the program refuses to run.
  await linkProject(folder, ["src", "policy"], withoutCatalogue);
  const catalogue = path.join(folder, "src", "applications");
  for (const name of applicationNames(contents.applicationCount))
    await writeFile(path.join(catalogue, `${name}.ts`), catalogueFile(name));
  await writeStackFile(folder, contents);
}

/** Pulumi.yaml, the manifest, some folders of this project, and its packages by a link. */
export async function linkProject(
  folder: string,
  folders: readonly string[] = [],
  filter: (source: string) => boolean = () => true,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ["Pulumi.yaml", "package.json", ...folders])
    await cp(path.join(projectRoot, name), path.join(folder, name), { recursive: true, filter });
  await symlink(path.join(projectRoot, "node_modules"), path.join(folder, "node_modules"));
}

/** The engine writes its salt into the file: it is kept. */
export async function writeStackFile(folder: string, contents: ProjectContents): Promise<void> {
  const file = path.join(folder, stackFileName(STAGE));
  const before = await readFile(file, "utf8").catch(() => "");
  const salt = /^encryptionsalt: .*\n/m.exec(before)?.[0] ?? "";
  await writeFile(file, `${salt}${stringify(stackFile(contents), { lineWidth: 0 })}`);
}

function stackFile({ applicationCount, namespace, chart, image, images }: ProjectContents): unknown {
  const names = applicationNames(applicationCount);
  const pinOf = (name: string): unknown => ({
    image: renderReference(images?.get(name) ?? image),
    chart: `oci://${renderReference(chart)}`,
  });
  const settings = {
    replicas: 1,
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
    env: { LOG_LEVEL: "info" },
  };
  return {
    config: {
      "lockstep:cluster": { context: "lockstep-sandbox" },
      "lockstep:namespaces": { bench: { name: namespace } },
      "lockstep:pins": Object.fromEntries(names.map((name) => [name, pinOf(name)])),
      "lockstep:settings": Object.fromEntries(names.map((name) => [name, structuredClone(settings)])),
    },
  };
}

function catalogueFile(name: string): string {
  const constant = name.replaceAll("-", "_");
  return `import { application } from "../model/application.ts";
import { webService } from "./charts/web-service.ts";

export const ${constant} = application({
  name: "${name}",
  namespace: "bench",
  chart: webService,
  ports: { http: 8080 },
  probes: { liveness: "/health/live", readiness: "/health/ready" },
});
`;
}

/** All but the catalogue's own files; its folder's subfolders are the typed charts. */
export function withoutCatalogue(source: string): boolean {
  return !isCatalogueFile(source);
}

function isCatalogueFile(source: string): boolean {
  return path.dirname(source) === path.join(projectRoot, "src", "applications") && source.endsWith(".ts");
}

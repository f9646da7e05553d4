import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../src/adapters/processes.ts";
import type { DigestReference } from "../../src/adapters/registry/registry-client.ts";
import { isDigest } from "../../src/model/digest.ts";
import { repository } from "./shared-sandbox.ts";
import { toolPath } from "./tools.ts";

/** What is changed in the sample chart web-service; IMAGE stands for the image. */
export interface ChartChange {
  readonly inPodSpec?: string;
  readonly inContainers?: string;
  /** A template of its own. */
  readonly file?: string;
  /** A template that is taken away. */
  readonly without?: string;
  /** A definition of a kind, which helm installs first. */
  readonly definition?: string;
}

export interface ChangedChart {
  /** For what the work leaves behind. */
  readonly folder: string;
  readonly registry: string;
  readonly version: string;
  readonly image: string;
  readonly change: ChartChange;
}

/** The sample chart web-service with something added to its templates or taken away, packaged and pushed by helm. */
export async function changedChart({
  folder,
  registry,
  version,
  image,
  change,
}: ChangedChart): Promise<DigestReference> {
  const work = await mkdtemp(join(folder, "chart-"));
  const chart = join(work, "web-service");
  await cp(join(repository, "charts", "web-service"), chart, { recursive: true });
  const { inPodSpec, inContainers, file, without, definition } = change;
  await edit(join(chart, "Chart.yaml"), /^version: .*$/m, `version: ${version}`);
  const template = join(chart, "templates", "deployment.yaml");
  const line = (text: string): string => text.replaceAll("IMAGE", image);
  if (inPodSpec !== undefined)
    await edit(template, /^ {6}containers:$/m, `      ${line(inPodSpec)}\n      containers:`);
  if (inContainers !== undefined)
    await edit(template, /^ {6}containers:$/m, `      containers:\n        ${line(inContainers)}`);
  if (file !== undefined) await writeFile(join(chart, "templates", "added.yaml"), line(file));
  if (without !== undefined) await rm(join(chart, "templates", without));
  if (definition !== undefined) {
    await mkdir(join(chart, "crds"));
    await writeFile(join(chart, "crds", "added.yaml"), definition);
  }
  const options = { cwd: work, env: { HOME: work } };
  await run(toolPath("helm"), ["package", "web-service"], options);
  const push = ["push", `web-service-${version}.tgz`, `oci://${registry}/charts`, "--plain-http"];
  await run(toolPath("helm"), push, options);
  const named = `${registry}/charts/web-service:${version}`;
  const digest = (await run(toolPath("crane"), ["digest", named], { cwd: work })).stdout.trim();
  if (!isDigest(digest)) throw new Error(`crane digest answered ${digest}`);
  return { registry, repository: "charts/web-service", tag: version, digest };
}

async function edit(path: string, from: RegExp, to: string): Promise<void> {
  const text = await readFile(path, "utf8");
  if (!from.test(text)) throw new Error(`${path} lacks ${from.source}`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
}

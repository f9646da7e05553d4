import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create } from "tar";
import type { DigestReference } from "../../src/adapters/registry/registry-client.ts";
import { run } from "../../src/adapters/processes.ts";
import { isDigest } from "../../src/model/digest.ts";
import { toolPath } from "./tools.ts";

/** Images and charts that tests push with the tools that people use: crane and helm. */
export interface SampleContent {
  /** Two names never give the same digest. */
  image(repository: string, tag: string, labels?: Readonly<Record<string, string>>): Promise<DigestReference>;
  index(repository: string, tag: string, images: readonly DigestReference[]): Promise<DigestReference>;
  chart(name: string, version: string): Promise<DigestReference>;
}

export function sampleContent(registry: string, folder: string): SampleContent {
  const crane = async (...args: readonly string[]): Promise<string> =>
    (await run(toolPath("crane"), args, { cwd: folder })).stdout.trim();
  const pinned = async (repository: string, tag: string): Promise<DigestReference> => {
    const digest = await crane("digest", `${registry}/${repository}:${tag}`);
    if (!isDigest(digest)) throw new Error(`crane digest answered ${digest}`);
    return { registry, repository, tag, digest };
  };
  return {
    async image(repository, tag, labels = {}) {
      const work = await mkdtemp(join(folder, "image-"));
      await writeFile(join(work, "app"), `${repository}:${tag}`);
      await create({ file: join(work, "layer.tar"), cwd: work, portable: true, mtime: new Date(0) }, ["app"]);
      const reference = `${registry}/${repository}:${tag}`;
      await crane("append", "--oci-empty-base", "-f", join(work, "layer.tar"), "-t", reference);
      const labelled = Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
      await crane("mutate", reference, "--set-platform", "linux/amd64", ...labelled, "-t", reference);
      return pinned(repository, tag);
    },
    async index(repository, tag, images) {
      const manifests = images.flatMap(({ digest }) => ["-m", `${registry}/${repository}@${digest}`]);
      await crane("index", "append", ...manifests, "-t", `${registry}/${repository}:${tag}`);
      return pinned(repository, tag);
    },
    async chart(name, version) {
      const work = await mkdtemp(join(folder, "chart-"));
      await mkdir(join(work, name, "templates"), { recursive: true });
      await writeFile(join(work, name, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
      const options = { cwd: work, env: { HOME: work } };
      await run(toolPath("helm"), ["package", name], options);
      await run(
        toolPath("helm"),
        ["push", `${name}-${version}.tgz`, `oci://${registry}/charts`, "--plain-http"],
        options,
      );
      return pinned(`charts/${name}`, version);
    },
  };
}

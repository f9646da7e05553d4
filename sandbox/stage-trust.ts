import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { run } from "../src/adapters/processes.ts";
import { RefusalError } from "../src/model/refusal.ts";
import { parseStages } from "../src/model/stages.ts";
import { editYaml } from "../src/model/yaml-edit.ts";
import { parseYamlSource } from "../src/model/yaml-source.ts";
import type { UpContext, UpStep } from "./up.ts";

const PROJECT_STAGES = path.resolve(import.meta.dirname, "../trust/stages.yaml");

/** The project's stages, each of them in this sandbox's own cluster: what the sandbox trusts counts nowhere else. */
export const stageTrustStep: UpStep = {
  title: "Stages",
  async run(context) {
    const file = path.join(context.location.trust, "stages.yaml");
    const text = nameCluster(await readFile(PROJECT_STAGES, "utf8"), await clusterUid(context));
    if ((await readFile(file, "utf8").catch(() => undefined)) === text) return;
    await mkdir(context.location.trust, { recursive: true });
    await writeFileAtomic(file, text);
  },
};

/** The file with the cluster's uid in every stage. Pure. */
export function nameCluster(text: string, uid: string): string {
  const source = parseYamlSource("trust/stages.yaml", text);
  if (source.kind === "refused") throw new RefusalError(source.refusals, 2);
  const stages = parseStages(source.value);
  if (stages.kind === "refused") throw new RefusalError(stages.refusals, 2);
  const changes = [...stages.value.keys()].map((stage) => ({ path: ["stages", stage, "cluster", "uid"], value: uid }));
  return editYaml(source.value, changes);
}

async function clusterUid({ location, tools, signal }: UpContext): Promise<string> {
  const question = ["get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}"];
  const { stdout } = await run(tools.paths.kubectl, ["--kubeconfig", location.kubeconfig, ...question], { signal });
  return stdout.trim();
}

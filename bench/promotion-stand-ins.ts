import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FleetApplication, PromotionFleet } from "./promotion-fleet.ts";

const CLUSTER_UID = "4b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11";
const SINCE = "2026-03-02T08:00:00Z";

/**
 * Writes stand-ins of pulumi and kubectl: programs that print generated answers of an engine and a cluster in which every
 * stage is deployed as its files say. The real ones' time is not ours.
 * @returns the folder for the PATH
 */
export async function writeStandIns(folder: string, { deployed }: PromotionFleet): Promise<string> {
  const bin = path.join(folder, "stand-ins");
  await mkdir(bin, { recursive: true });
  for (const [stage, applications] of deployed) {
    await writeFile(path.join(bin, `${stage}.output.json`), JSON.stringify(outputsOf(stage, applications)));
    await writeFile(path.join(bin, `${stage}.history.json`), JSON.stringify(historyOf(applications)));
    await writeFile(path.join(bin, `${stage}.workloads.json`), JSON.stringify(workloadsOf(stage, applications)));
  }
  const system = { kind: "Namespace", metadata: { name: "kube-system", uid: CLUSTER_UID } };
  await writeFile(path.join(bin, "system.json"), JSON.stringify(system));
  await writeProgram(path.join(bin, "pulumi"), PULUMI);
  await writeProgram(path.join(bin, "kubectl"), KUBECTL);
  return bin;
}

/** Both are asked with the stage in their words: `--stack <stage>`, and the namespace `bench-<stage>`. */
const PULUMI = `#!/bin/sh
# A stand-in of the engine for the bench.
question=$2
while [ $# -gt 0 ]; do [ "$1" = --stack ] && stage=$2; shift; done
exec cat "$(dirname "$0")/$stage.$question.json"
`;
const KUBECTL = `#!/bin/sh
# A stand-in of a cluster for the bench.
file=system
while [ $# -gt 0 ]; do [ "$1" = --namespace ] && file=\${2#bench-}.workloads; shift; done
exec cat "$(dirname "$0")/$file.json"
`;

async function writeProgram(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}

type Applications = ReadonlyMap<string, FleetApplication>;

function outputsOf(stage: string, applications: Applications): unknown {
  const entries = [...applications].map(([name, { image, chart, statement, desired }]) => [
    name,
    {
      ...{ image, chart, statement, desired, since: SINCE, namespace: `bench-${stage}` },
      workloads: [{ kind: "Deployment", name }],
    },
  ]);
  return {
    stage,
    cluster: CLUSTER_UID,
    gated: stage !== "inttest",
    applications: Object.fromEntries(entries) as unknown,
  };
}

/** One update, after which nothing happened. */
function historyOf(applications: Applications): unknown {
  const pins = Object.fromEntries([...applications].map(([name, { image, chart }]) => [name, { image, chart }]));
  const config = { "lockstep:pins": { value: JSON.stringify(pins), objectValue: pins, secret: false } };
  const times = { startTime: SINCE, endTime: "2026-03-02T08:05:00Z" };
  return [{ version: 1, kind: "update", ...times, result: "succeeded", environment: {}, config }];
}

function workloadsOf(stage: string, applications: Applications): unknown {
  const items = [...applications].map(([name, { image }]) => ({
    kind: "Deployment",
    metadata: { name, namespace: `bench-${stage}`, generation: 1 },
    spec: { replicas: 2, template: { spec: { containers: [{ image }] } } },
    status: {
      ...{ observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
      conditions: [
        { type: "Available", status: "True", lastTransitionTime: SINCE },
        { type: "Progressing", status: "True", lastTransitionTime: SINCE, lastUpdateTime: SINCE },
      ],
    },
  }));
  return { kind: "List", items };
}

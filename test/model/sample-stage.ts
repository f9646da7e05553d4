import assert from "node:assert/strict";
import { application, type Application } from "../../src/model/application.ts";
import { toCatalogue, type Catalogue } from "../../src/model/catalogue.ts";
import { chart, foreignChart } from "../../src/model/chart.ts";
import type { Refusal } from "../../src/model/refusal.ts";
import { parseStackFile, type StackFile } from "../../src/model/stack-file.ts";
import { refuseStage } from "../../src/model/stage-refusals.ts";
import { toStage, type Stage } from "../../src/model/stage.ts";
import type { StageDefinition } from "../../src/model/stages.ts";
import { parseYamlSource, type YamlSource } from "../../src/model/yaml-source.ts";

/** A small platform that fits together; tests break one thing of it. */
export const webChart = chart<{ readonly probe: `/${string}` }, { readonly labels?: Readonly<Record<string, string>> }>(
  {
    name: "web-service",
    requires: { resources: true },
    toValues: (input, { probe }) => ({
      replicas: input.replicas,
      image: input.image.digest,
      probe,
      env: input.env,
      hosts: input.hosts,
      ...(input.secretsDigest === undefined ? {} : { secretsDigest: input.secretsDigest }),
      timeout: input.timeoutSeconds,
    }),
  },
);

export const applications: readonly Application[] = [
  application({
    name: "appointments",
    namespace: "ehealth",
    chart: webChart,
    probe: "/ready",
    secrets: ["DATABASE_URL", "QUEUE_URL"],
    migration: { command: ["migrate", "up"], secrets: ["DATABASE_URL"] },
    env: { LOG_LEVEL: "info", REGION: "eu" },
    timeouts: { rollout: "5m" },
  }),
  application({ name: "portal", chart: webChart, probe: "/", hosts: "required", after: ["appointments"] }),
  application({
    name: "status-page",
    chart: foreignChart("status-page"),
    raw: () => ({ title: "Status", cache: { size: 1, kind: "memory" } }),
    hosts: "none",
  }),
];

export const HEX = "0123456789abcdef".repeat(4);
export const DIGEST = `sha256:${HEX}`;

export const STACK_FILE = `encryptionsalt: v1:salt
config:
  lockstep:cluster: { context: test, dnsTarget: gateway.example.com }
  lockstep:namespaces:
    ehealth: { labels: { team: ehealth }, quota: { pods: "50" } }
  lockstep:pins:
    appointments:
      image: registry.example.com/ehealth/appointments:1.4.2@${DIGEST}
      chart: oci://registry.example.com/charts/web-service:2.1.0@${DIGEST}
      schema: { supports: { min: 12, max: 14 }, migratesTo: 14 }
    portal:
      image: registry.example.com/ehealth/portal:2.3.0@${DIGEST}
      chart: oci://registry.example.com/charts/web-service:2.1.0@${DIGEST}
    status-page:
      image: registry.example.com/ehealth/status-page:0.9.3@${DIGEST}
      chart: oci://registry.example.com/charts/status-page:0.9.4@${DIGEST}
  lockstep:schemaLevels: { appointments: 14 }
  lockstep:settings:
    appointments:
      replicas: 3
      resources: { requests: { cpu: 100m, memory: 256Mi }, limits: { memory: 512Mi } }
      env: { LOG_LEVEL: debug }
      secrets:
        DATABASE_URL: { secure: v1:database-ciphertext }
        QUEUE_URL: { secure: v1:queue-ciphertext }
    portal:
      resources: { requests: { cpu: 100m, memory: 256Mi }, limits: { memory: 512Mi } }
      hosts: [portal.example.com]
    status-page:
      values: { cache: { size: 2 } }
`;

export function catalogueOf(...entries: readonly Application[]): Catalogue {
  const outcome = toCatalogue(
    entries.map((entry) => ({ file: `src/applications/${entry.name}.ts`, application: entry })),
  );
  assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
  return outcome.value;
}

export const catalogue = catalogueOf(...applications);

export function sourceOf(text: string): YamlSource {
  const source = parseYamlSource("Pulumi.inttest.yaml", text);
  assert.ok(source.kind === "accepted", JSON.stringify(source));
  return source.value;
}

export function stackFileOf(text: string): StackFile {
  const { stackFile, refusals } = parseStackFile(sourceOf(text));
  assert.deepEqual(refusals, []);
  return stackFile;
}

export const inttest: StageDefinition = {
  name: "inttest",
  from: "registry",
  routes: [],
  clusterUid: undefined,
  zone: undefined,
  gated: false,
  gate: undefined,
  availability: { minReplicas: 1, disruptionBudget: false },
};

/** Everything that is wrong with a file, as the program would say it. */
export function refusalsOf(
  text: string,
  definition: StageDefinition = inttest,
  known: Catalogue = catalogue,
): readonly Refusal[] {
  const parsed = parseYamlSource("Pulumi.inttest.yaml", text);
  if (parsed.kind === "refused") return parsed.refusals;
  const { stackFile, refusals } = parseStackFile(parsed.value);
  const request = { project: "platform", stage: definition.name, catalogue: known, stackFile };
  return [...refusals, ...refuseStage({ ...request, definition, positions: parsed.value })];
}

export function stageOf(text: string, known: Catalogue = catalogue): Stage {
  assert.deepEqual(refusalsOf(text, inttest, known), []);
  return toStage({ project: "platform", stage: "inttest", catalogue: known, stackFile: stackFileOf(text) });
}

export function codes(refusals: readonly Refusal[]): string[] {
  return refusals.map(({ code }) => code).toSorted();
}

/** The baseline with one piece of text replaced. */
export function withText(from: string, to: string, text = STACK_FILE): string {
  assert.ok(text.includes(from), from);
  return text.replace(from, () => to);
}

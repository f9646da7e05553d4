import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import type { Person } from "../sandbox/people.ts";
import { signTrust } from "../sandbox/trust-root.ts";
import { asOwner } from "../sandbox/trust-files.ts";
import { newestRoot } from "../sandbox/newest-root.ts";
import { loadCatalogue } from "../src/adapters/catalogue.ts";
import { signWithSshKey } from "../src/adapters/trust/ssh-keygen.ts";
import { digestOf, type Digest } from "../src/model/digest.ts";
import { orThrow } from "../src/model/refusal.ts";
import { parseStackFile, stackFileName } from "../src/model/stack-file.ts";
import { toDesiredStates, type DesiredState } from "../src/model/statements/desired-state.ts";
import {
  folderNameOf,
  renderStatement,
  STATEMENT_NAMESPACE,
  type Transition,
} from "../src/model/statements/statement.ts";
import { ANCHOR_VARIABLE, renderAnchor } from "../src/model/trust/anchor.ts";
import { rolesText, startingFiles } from "../src/model/trust/starting-files.ts";
import { parseStages } from "../src/model/stages.ts";
import { parseYamlSource } from "../src/model/yaml-source.ts";
import { applicationNames, linkProject, withoutCatalogue } from "./generated-project.ts";

/** The stages in the order of promotion; the registry feeds the first. */
export const FLEET_STAGES = ["inttest", "extest", "loadtest", "preprod", "trial", "prod"] as const;
type FleetStage = (typeof FLEET_STAGES)[number];

export const FLEET_PROJECT = "lockstep";
const CLUSTER_UID = "4b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11";
const START = Date.parse("2026-03-01T08:00:00Z");
const SINCE = "2026-01-01T00:00:00Z";
/** The first statements of a stage bring so many applications each; what follows moves one each. */
const IN_ONE_STATEMENT = 20;
const SHARE_OF_FIRST = 0.05;

export interface PromotionFleetRequest {
  /** Absent or empty. */
  readonly folder: string;
  readonly applications: number;
  /** Signs the root, and one sample of the statements. */
  readonly owner: Person;
}

/** Where the fleet is, and what a process needs to judge by it. */
export interface PromotionFleet {
  readonly project: string;
  readonly applications: number;
  readonly statements: number;
  readonly env: Readonly<Record<string, string>>;
  /** The digest of the newest statement about each application, and of its desired state, by stage. */
  readonly deployed: ReadonlyMap<FleetStage, ReadonlyMap<string, FleetApplication>>;
}

export interface FleetApplication {
  readonly image: string;
  readonly chart: string;
  readonly statement: Digest | undefined;
  readonly desired: Digest;
}

/**
 * Writes a project of six stages, each a version behind the one before it, and as many statements in each gated stage as
 * there are applications: real ones, in canonical JSON, chained. Their signatures are one sample's, copied: nothing that
 * is measured verifies them, and five thousand real ones take minutes.
 */
export async function writePromotionFleet(request: PromotionFleetRequest): Promise<PromotionFleet> {
  const { folder, applications, owner } = request;
  const project = path.join(folder, "project");
  const trust = path.join(folder, "trust");
  await linkProject(project, ["src", "policy", "trust"], withoutCatalogue);
  const names = applicationNames(applications);
  const catalogueFolder = path.join(project, "src", "applications");
  for (const name of names) await writeFile(path.join(catalogueFolder, `${name}.ts`), catalogueFile(name));
  await writeTrust(trust, owner, names);
  await signTrust({ trust, project, owner });
  const signature = await signWithSshKey({ key: owner.keyFile, namespace: STATEMENT_NAMESPACE, message: "a sample" });
  const catalogue = orThrow(await loadCatalogue(catalogueFolder, 60_000), 2);
  const stateOf = (stage: FleetStage, version: number): ReadonlyMap<string, DesiredState> => {
    const text = stackFileText(stage, names, version);
    const { stackFile } = parseStackFile(orThrow(parseYamlSource(stackFileName(stage), text), 2));
    return toDesiredStates({ project: FLEET_PROJECT, stage, catalogue, stackFile });
  };
  const deployed = new Map<FleetStage, ReadonlyMap<string, FleetApplication>>();
  let statements = 0;
  for (const [index, stage] of FLEET_STAGES.entries()) {
    const version = FLEET_STAGES.length - index;
    await writeFile(path.join(project, stackFileName(stage)), stackFileText(stage, names, version));
    const states = { before: stateOf(stage, version - 1), after: stateOf(stage, version) };
    const from = FLEET_STAGES[index - 1];
    const writer = new StageStatements({ project, stage, from, who: owner.principal, signature });
    const newest = from === undefined ? new Map<string, Digest>() : await writer.writeAll(names, states);
    statements += writer.count;
    deployed.set(
      stage,
      new Map(
        names.map((name) => {
          const desired = states.after.get(name)?.digest ?? digestOf("");
          return [name, { ...pinOf(name, version), statement: newest.get(name), desired }];
        }),
      ),
    );
  }
  const root = newestRoot(trust);
  if (root === undefined) throw new Error("the fleet has no root");
  const env = { LOCKSTEP_PROJECT: project, LOCKSTEP_TRUST: trust, [ANCHOR_VARIABLE]: renderAnchor(root) };
  return { project, applications, statements, env, deployed };
}

interface States {
  readonly before: ReadonlyMap<string, DesiredState>;
  readonly after: ReadonlyMap<string, DesiredState>;
}

/** The statements about one stage. */
class StageStatements {
  readonly #facts: { project: string; stage: FleetStage; from: FleetStage | undefined; who: string; signature: string };
  #atMs = START;
  count = 0;

  constructor(facts: {
    project: string;
    stage: FleetStage;
    from: FleetStage | undefined;
    who: string;
    signature: string;
  }) {
    this.#facts = facts;
  }

  /** Brings all of them, twenty at once, then moves all but the last few on, one by one. */
  async writeAll(names: readonly string[], { before, after }: States): Promise<ReadonlyMap<string, Digest>> {
    const newest = new Map<string, Digest>();
    const first = Math.round(names.length * SHARE_OF_FIRST);
    const moved = names.slice(0, names.length - first);
    for (let at = 0; at < names.length; at += IN_ONE_STATEMENT) {
      const group = names.slice(at, at + IN_ONE_STATEMENT);
      // What is not moved on is where it is to be from the beginning.
      const states = group.map((name) => [name, (moved.includes(name) ? before : after).get(name)] as const);
      const transitions = states.map(
        ([name, state]) => [name, { before: undefined, after: state, previous: undefined }] as const,
      );
      const digest = await this.#write(new Map(transitions));
      for (const name of group) newest.set(name, digest);
    }
    for (const name of moved) {
      const transition = { before: before.get(name), after: after.get(name), previous: newest.get(name) };
      newest.set(name, await this.#write(new Map([[name, transition]])));
    }
    return newest;
  }

  async #write(applications: ReadonlyMap<string, Transition>): Promise<Digest> {
    const { project, stage, from, who, signature } = this.#facts;
    this.#atMs += 60_000;
    const whenMs = this.#atMs;
    const source = { version: 1, time: new Date(whenMs).toISOString(), result: "succeeded" };
    const text = renderStatement({
      ...{ kind: "promotion", project: FLEET_PROJECT, stage, from, who, whenMs, source, applications },
      reason: "the bench",
      restores: undefined,
    });
    const digest = digestOf(text);
    const folder = path.join(project, "statements", stage, folderNameOf({ whenMs, digest }));
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "statement.json"), text);
    await writeFile(path.join(folder, "promoter.sig"), signature);
    this.count += 1;
    return digest;
  }
}

async function writeTrust(folder: string, owner: Person, names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const gate = { promoters: ["release-managers"] };
  const stages = FLEET_STAGES.map((stage, index) => {
    const from = FLEET_STAGES[index - 1];
    return [
      stage,
      { cluster: { uid: CLUSTER_UID }, ...(from === undefined ? { from: "registry" } : { from: [from], gate }) },
    ];
  });
  const text = stringify({ stages: Object.fromEntries(stages) as unknown }, { aliasDuplicateObjects: false });
  await writeFile(path.join(folder, "stages.yaml"), text);
  const parsed = orThrow(parseStages(orThrow(parseYamlSource("stages.yaml", text), 2)), 2);
  const files = new Map([
    ...startingFiles(parsed, [asOwner(owner)], SINCE),
    ["adopted.yaml", adoptedText(names)],
    ["roles.yaml", rolesText(new Map([["release-managers", [owner.principal]]]), SINCE)],
  ]);
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
}

/** Every version, so that no registry is asked: what verifying signatures costs is the topic `policy`. */
function adoptedText(names: readonly string[]): string {
  const versions = FLEET_STAGES.slice(0, 2).map((_, index) => FLEET_STAGES.length - index);
  const images = names.flatMap((name) => versions.map((version) => `image: ${pinOf(name, version).image}`));
  const entries = [`chart: ${pinOf("", 1).chart}`, ...images];
  const who = `owner: the bench, reason: nobody runs it, stages: [${FLEET_STAGES.join(", ")}]`;
  return `adopted:\n${entries.map((entry) => `  - { ${entry}, ${who} }\n`).join("")}`;
}

/** Of a version: another digest for every application and version. */
function pinOf(name: string, version: number): { readonly image: string; readonly chart: string } {
  return {
    image: `registry.example.com/ehealth/${name}:1.${version}.0@${digestOf(`${name} ${version}`)}`,
    chart: `oci://registry.example.com/charts/web-service:2.1.0@${digestOf("chart")}`,
  };
}

function stackFileText(stage: FleetStage, names: readonly string[], version: number): string {
  const settings = (name: string): unknown => ({
    replicas: 2,
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
    env: { LOG_LEVEL: "info", REGION: "eu-central" },
    hosts: [`${name}.${stage}.example.com`],
    secrets: { DATABASE_URL: { secure: `v1:${"A1b2C3d4".repeat(2)}:${"Z9y8X7w6".repeat(14)}` } },
  });
  const pin = (name: string): unknown => ({
    ...pinOf(name, version),
    revision: digestOf(`revision ${name} ${version}`).slice("sha256:".length, "sha256:".length + 40),
    created: new Date(START + version * 86_400_000).toISOString().replace(".000Z", "Z"),
    schema: { supports: { min: 1, max: version + 1 }, migratesTo: version },
  });
  const config = {
    "lockstep:cluster": { context: "bench", gateway: { name: "public", namespace: "gateway-system" } },
    "lockstep:pins": Object.fromEntries(names.map((name) => [name, pin(name)])),
    "lockstep:schemaLevels": Object.fromEntries(names.map((name) => [name, version])),
    "lockstep:settings": Object.fromEntries(names.map((name) => [name, settings(name)])),
  };
  const text = stringify(
    { encryptionsalt: "v1:lAX4dfkoOAc=:v1:UxfiTMk00nNEBDKJ:6X1sESp9YI9Q", config },
    { lineWidth: 0 },
  );
  return `# ${stage}, made by the bench.\n${text}`;
}

function catalogueFile(name: string): string {
  return `import { application } from "../model/application.ts";
import { webService } from "./charts/web-service.ts";

export const ${name.replaceAll("-", "_")} = application({
  name: "${name}",
  namespace: "bench",
  chart: webService,
  ports: { http: 8080 },
  secrets: ["DATABASE_URL"],
  migration: { command: ["migrate", "up"] },
  probes: { liveness: "/health/live", readiness: "/health/ready" },
});
`;
}

import type { Application } from "./application.ts";
import { refuseNamespaces } from "./namespace-refusals.ts";
import { didYouMean } from "./nearest.ts";
import { nameOf } from "./reference.ts";
import type { Refusal } from "./refusal.ts";
import { stackFileName, WHOLE_STAGE } from "./stack-file.ts";
import { absence, type StageRequest } from "./stage.ts";
import type { StageDefinition } from "./stages.ts";
import type { KeyPath, YamlSource } from "./yaml-source.ts";

interface Subject extends StageRequest {
  readonly definition: StageDefinition;
  readonly positions: Pick<YamlSource, "placeOf" | "placeOfKey">;
}

/** Everything that keeps catalogue and stack file from fitting together. Never throws; empty where they fit. */
export function refuseStage(subject: Subject): readonly Refusal[] {
  const running = [...subject.catalogue.values()].filter(({ name }) => isWanted(subject, name));
  return [
    ...refuseUnknownApplications(subject),
    ...refuseNamespaces(subject),
    ...[...subject.catalogue.values()].flatMap((application) => refuseSettings(subject, application)),
    ...running.flatMap((application) => refuseMissing(subject, application)),
    ...running.flatMap((application) => refusePin(subject, application)),
    ...refuseMissingPins(subject),
    ...refuseSharedHosts(subject),
    ...refuseMissingCluster(subject, running.length > 0),
  ];
}

/** Pinned, well-formed or not, and not disabled. */
function isWanted({ stackFile }: Subject, name: string): boolean {
  return stackFile.written(["lockstep:pins", name]) && absence(name, stackFile) !== "disabled";
}

function refuseUnknownApplications(subject: Subject): Refusal[] {
  const { stackFile, catalogue } = subject;
  const sections = {
    "lockstep:pins": stackFile.pins,
    "lockstep:settings": stackFile.settings,
    "lockstep:schemaLevels": stackFile.schemaLevels,
    "lockstep:holds": stackFile.holds,
  };
  return Object.entries(sections).flatMap(([section, entries]) =>
    [...entries.keys()]
      .filter((name) => !catalogue.has(name) && name !== WHOLE_STAGE)
      .map((name) => ({
        code: "unknown-application",
        place: subject.positions.placeOfKey(["config", section, name]),
        found: `${name}, which the catalogue lacks${didYouMean(name, catalogue.keys())}`,
        expected: `an application of the catalogue: ${[...catalogue.keys()].join(", ")}`,
        action: `correct the name, remove it here, or add src/applications/${name}.ts`,
      })),
  );
}

/** What is set must be what the catalogue knows, deployed or not: settings are often written ahead of the first pin. */
function refuseSettings({ stackFile, positions }: Subject, application: Application): Refusal[] {
  const { name, secrets = [], hosts = "optional", chart } = application;
  const settings = stackFile.settings.get(name);
  if (settings === undefined) return [];
  const path = (...rest: string[]): KeyPath => ["config", "lockstep:settings", name, ...rest];
  const refusals: Refusal[] = Object.keys(settings.secrets ?? {})
    .filter((secret) => !secrets.includes(secret))
    .map((secret) => ({
      code: "unknown-secret",
      place: positions.placeOfKey(path("secrets", secret)),
      found: `${secret}, which ${name} does not declare${didYouMean(secret, secrets)}`,
      expected: secrets.length > 0 ? `one of ${secrets.join(", ")}` : "no secrets",
      action: `correct the name, or add it to secrets in src/applications/${name}.ts`,
    }));
  refusals.push(
    ...Object.keys(settings.env ?? {})
      .filter((variable) => secrets.includes(variable))
      .map((variable) => ({
        code: "plain-secret",
        place: positions.placeOfKey(path("env", variable)),
        found: `${variable} as a plain environment variable`,
        expected: `${variable} under secrets: ${name} declares it as a secret`,
        action: "move it to secrets, encrypted",
      })),
  );
  if (hosts === "none" && (settings.hosts ?? []).length > 0) {
    refusals.push({
      code: "unwanted-hosts",
      place: positions.placeOfKey(path("hosts")),
      found: `hosts of ${name}`,
      expected: `none: src/applications/${name}.ts says hosts: "none"`,
      action: "remove the hosts",
    });
  }
  const ciphertext = ciphertextIn(settings.values, path("values"));
  if (ciphertext !== undefined) {
    refusals.push({
      code: "secret-in-values",
      place: positions.placeOf(ciphertext),
      found: "an encrypted value among the chart's values",
      expected: `secrets of ${name} under secrets, and the name of their Secret in the values`,
      action: `add it to secrets in src/applications/${name}.ts, and move it to lockstep:settings.${name}.secrets`,
    });
  }
  if (chart.typed && settings.values !== undefined) {
    refusals.push({
      code: "untyped-values",
      place: positions.placeOfKey(path("values")),
      found: `raw values for ${chart.name}, which has types`,
      expected: "no raw values: the catalogue computes the values of a typed chart",
      action: `remove values, and say it in src/applications/${name}.ts`,
    });
  }
  return refusals;
}

/** Where the first encrypted value stands. The chart would be given its ciphertext, and the state its plain text. */
function ciphertextIn(value: unknown, path: KeyPath): KeyPath | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if ("secure" in value && Object.keys(value).length === 1) return path;
  const inner: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, item] of inner) {
    const found = ciphertextIn(item, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function refuseMissing({ stackFile, positions, stage }: Subject, application: Application): Refusal[] {
  const { name, secrets = [], hosts = "optional", chart } = application;
  const file = stackFileName(stage);
  const refusals: Refusal[] = secrets
    .filter((secret) => !stackFile.written(["lockstep:settings", name, "secrets", secret]))
    .map((secret) => ({
      code: "missing-secret",
      place: positions.placeOf(["config", "lockstep:settings", name, "secrets", secret]),
      found: `no ${secret}`,
      expected: `the secret ${secret} of ${name}, encrypted`,
      action: `pulumi config set --stack ${stage} --secret --path 'lockstep:settings.${name}.secrets.${secret}'`,
    }));
  const missing = (what: string, code: string, example: string): void => {
    refusals.push({
      code,
      place: positions.placeOf(["config", "lockstep:settings", name, what]),
      found: `no ${what}`,
      expected: `${what} of ${name}`,
      action: `add to ${file}, under lockstep:settings.${name}:  ${example}`,
    });
  };
  const isSet = (what: string): boolean => stackFile.written(["lockstep:settings", name, what]);
  // A list of hosts that are all wrong is not missing: that was reported.
  const hostless = !stackFile.written(["lockstep:settings", name, "hosts", 0]);
  const asksHttp = (application.smoke ?? []).some((check) => "http" in check);
  if (asksHttp && hosts !== "required" && hostless && !isSet("smokeUrl"))
    missing("smokeUrl", "missing-smoke-url", `smokeUrl: https://${name}.${stage}.example.com`);
  if (hosts === "required" && hostless) missing("hosts", "missing-host", `hosts: [${name}.${stage}.example.com]`);
  if (chart.requires.resources && !isSet("resources")) {
    const example = "resources: { requests: { cpu: 100m, memory: 256Mi }, limits: { memory: 256Mi } }";
    missing("resources", "missing-resources", example);
  }
  return refusals;
}

function refusePin({ stackFile, positions, stage }: Subject, application: Application): Refusal[] {
  const { name, chart } = application;
  const pin = stackFile.pins.get(name);
  if (pin === undefined) return [];
  const refusals: Refusal[] = [];
  if (pin.chart.repository.split("/").at(-1) !== chart.name) {
    refusals.push({
      code: "other-chart",
      place: positions.placeOf(["config", "lockstep:pins", name, "chart"]),
      found: `the chart ${nameOf(pin.chart)}`,
      expected: `a chart named ${chart.name}: src/applications/${name}.ts is written for it`,
      action: `npm run pin -- ${stage} ${name} <image> --chart oci://…/${chart.name}:<version>`,
    });
  }
  const level = stackFile.schemaLevels.get(name);
  const migratesTo = pin.schema?.migratesTo;
  const wanted = migratesTo !== undefined && application.migration !== undefined;
  if (wanted && (level === undefined ? !stackFile.written(["lockstep:schemaLevels", name]) : level < migratesTo)) {
    refusals.push({
      code: "schema-level-too-low",
      place: positions.placeOf(["config", "lockstep:schemaLevels", name]),
      found: level === undefined ? `no schema level of ${name}` : `schema level ${level}`,
      expected: `at least ${migratesTo}, where this pin migrates the database to`,
      action: `let the verbs write it: npm run pin -- ${stage} ${name} <image>`,
    });
  }
  return refusals;
}

/** A stage that the registry feeds is where every application begins: one without a pin there was forgotten or lost. */
function refuseMissingPins({ stackFile, catalogue, definition, positions, stage }: Subject): Refusal[] {
  if (definition.from !== "registry" || stackFile.pins.size === 0) return [];
  return [...catalogue.keys()]
    .filter((name) => absence(name, stackFile) === "not pinned" && !stackFile.written(["lockstep:pins", name]))
    .map((name) => ({
      code: "missing-pin",
      place: positions.placeOf(["config", "lockstep:pins", name]),
      found: `no pin of ${name}, which the catalogue has`,
      expected: `a pin: ${stage} takes its versions from the registry, so every application begins here`,
      action: `npm run pin -- ${stage} ${name} <image>, or set enabled: false under lockstep:settings.${name}`,
    }));
}

function refuseSharedHosts({ stackFile, positions }: Subject): Refusal[] {
  const owners = new Map<string, string>();
  const refusals: Refusal[] = [];
  for (const [name, { hosts = [], enabled }] of stackFile.settings) {
    if (enabled === false) continue;
    for (const [index, host] of hosts.entries()) {
      const owner = owners.get(host);
      if (owner === undefined) owners.set(host, name);
      else if (owner !== name) {
        refusals.push({
          code: "shared-host",
          place: positions.placeOf(["config", "lockstep:settings", name, "hosts", index]),
          found: `${host}, which ${owner} has as well`,
          expected: "a host of one application",
          action: "give one of the two another host",
        });
      }
    }
  }
  return refusals;
}

function refuseMissingCluster({ stackFile, positions, stage }: Subject, needed: boolean): Refusal[] {
  if (!needed || stackFile.written(["lockstep:cluster"])) return [];
  return [
    {
      code: "missing-cluster",
      place: positions.placeOf(["config", "lockstep:cluster"]),
      found: "no cluster",
      expected: `the kubeconfig context of ${stage}`,
      action: `add to ${stackFileName(stage)}, under config:  lockstep:cluster: { context: <kubeconfig context> }`,
    },
  ];
}

import type { Application } from "./application.ts";
import type { Catalogue } from "./catalogue.ts";
import type { ChartInput } from "./chart.ts";
import { digestOf } from "./digest.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { RefusalError } from "./refusal.ts";
import { durationSchema } from "./kubernetes-names.ts";
import type { Pin } from "./pin.ts";
import type { Resources, Settings } from "./settings.ts";
import type { ContainerDefaults, NamespaceSettings } from "./stage-cluster.ts";
import type { StackFile } from "./stack-file.ts";

/** A namespace of a stage, as it is to be in the cluster. */
export interface StageNamespace {
  /** Its name in the cluster. */
  readonly name: string;
  /** False where somebody else makes it. */
  readonly create: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly quota: Readonly<Record<string, string>> | undefined;
  /** For containers that name no resources of their own. */
  readonly defaults: ContainerDefaults | undefined;
  /** An application in it is protected: it goes with its namespace. */
  readonly protect: boolean;
}

/** One application as it is to run in one stage. Secrets are names here; their values are known to the engine alone. */
export interface StageApplication {
  readonly application: Application;
  readonly pin: Pin;
  readonly namespace: string;
  readonly hosts: readonly string[];
  readonly secretNames: readonly string[];
  readonly secretName: string | undefined;
  readonly secretsDigest: string | undefined;
  readonly values: JsonObject;
  /** False where the database is already beyond what this version migrates to. */
  readonly migrates: boolean;
  readonly protect: boolean;
  readonly rolloutSeconds: number;
  readonly migrationSeconds: number;
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Resources | undefined;
  readonly dnsTarget: string | undefined;
  /** Applications of this stage that come first. */
  readonly after: readonly string[];
}

export interface Stage {
  readonly project: string;
  readonly name: string;
  readonly namespaces: readonly StageNamespace[];
  /** In the order of roll-out: after those that each names in `after`. */
  readonly applications: readonly StageApplication[];
  /** Applications of the catalogue that do not run here, and why. */
  readonly absent: ReadonlyMap<string, "not pinned" | "disabled">;
}

export interface StageRequest {
  readonly project: string;
  readonly stage: string;
  readonly catalogue: Catalogue;
  readonly stackFile: StackFile;
}

const DEFAULT_TIMEOUT_SECONDS = 600;

/**
 * Joins catalogue and stack file to what a stage is to be.
 * @param request whose stack file `refuseStage` has nothing against
 */
export function toStage(request: StageRequest): Stage {
  const { project, stage, catalogue, stackFile } = request;
  const running = [...catalogue.values()].filter(({ name }) => absence(name, stackFile) === undefined);
  const names = new Set(running.map(({ name }) => name));
  const applications = inOrder(running).map((application) => toStageApplication(request, application, names));
  const used = new Set(running.map(({ namespace }) => namespace ?? project));
  return {
    project,
    name: stage,
    namespaces: [...used].toSorted().map((name) => toNamespace(request, name, applications)),
    applications,
    absent: new Map(
      [...catalogue.keys()].flatMap((name) => {
        const reason = absence(name, stackFile);
        return reason === undefined ? [] : [[name, reason] as const];
      }),
    ),
  };
}

/** Why an application of the catalogue does not run in a stage; undefined where it does. */
export function absence(name: string, { pins, settings }: StackFile): "not pinned" | "disabled" | undefined {
  if (settings.get(name)?.enabled === false) return "disabled";
  return pins.has(name) ? undefined : "not pinned";
}

/** The name in the cluster of a namespace of the catalogue. */
export function namespaceName(namespace: string, stage: string, settings: NamespaceSettings | undefined): string {
  return settings?.name ?? `${namespace}-${stage}`;
}

/** The namespaces in the cluster that applications of the catalogue have in a stage, also those that do not run there. */
export function namespacesOf(
  applications: Iterable<Pick<Application, "namespace">>,
  {
    project,
    stage,
    stackFile,
  }: Pick<StageRequest, "project" | "stage"> & { readonly stackFile: Pick<StackFile, "namespaces"> },
): readonly string[] {
  const names = new Set([...applications].map(({ namespace }) => namespace ?? project));
  return [...names].map((name) => namespaceName(name, stage, stackFile.namespaces.get(name)));
}

function toNamespace(
  { project, stage, stackFile }: StageRequest,
  namespace: string,
  applications: readonly StageApplication[],
): StageNamespace {
  const settings = stackFile.namespaces.get(namespace);
  const name = namespaceName(namespace, stage, settings);
  return {
    name,
    protect: applications.some((application) => application.namespace === name && application.protect),
    create: settings?.create ?? true,
    labels: { ...settings?.labels, "lockstep.dev/project": project, "lockstep.dev/stage": stage },
    quota: settings?.quota,
    defaults: settings?.defaults,
  };
}

function toStageApplication(
  { project, stage, stackFile }: StageRequest,
  application: Application,
  running: ReadonlySet<string>,
): StageApplication {
  const { name, timeouts } = application;
  const pin = stackFile.pins.get(name);
  if (pin === undefined) throw new Error(`application ${name} has no pin in stage ${stage}`);
  const settings: Settings = stackFile.settings.get(name) ?? {};
  const namespace = application.namespace ?? project;
  const hosts = settings.hosts ?? [];
  const secretNames = (application.secrets ?? []).toSorted();
  const secrets = secretFacts(name, secretNames, settings);
  const rolloutSeconds = settings.timeout ?? seconds(timeouts?.rollout);
  const env = { ...application.env, ...settings.env };
  const input: ChartInput = {
    stage,
    name,
    namespace: namespaceName(namespace, stage, stackFile.namespaces.get(namespace)),
    image: pin.image,
    replicas: settings.replicas ?? 1,
    resources: settings.resources,
    env,
    hosts,
    gateway: stackFile.cluster?.gateway,
    ingressClass: stackFile.cluster?.ingressClass,
    ...secrets,
    timeoutSeconds: rolloutSeconds,
  };
  const values = computeValues(application, input);
  return {
    application,
    pin,
    namespace: input.namespace,
    hosts,
    secretNames,
    ...secrets,
    values: settings.values === undefined ? values : overlay(values, settings.values as JsonObject),
    migrates: migrates(application, pin, stackFile.schemaLevels.get(name)),
    protect: settings.protect ?? application.protect ?? false,
    rolloutSeconds,
    migrationSeconds: seconds(timeouts?.migration),
    env,
    resources: settings.resources,
    dnsTarget: stackFile.cluster?.dnsTarget,
    after: (application.after ?? []).filter((earlier) => running.has(earlier)),
  };
}

/** @throws RefusalError where the catalogue's own code fails on what the stage gives it */
function computeValues(application: Application, input: ChartInput): JsonObject {
  try {
    return application.toValues(input);
  } catch (error) {
    throw new RefusalError(
      [
        {
          code: "invalid-catalogue",
          place: { file: `src/applications/${application.name}.ts` },
          found: error instanceof Error ? error.message : String(error),
          expected: `values of the chart ${application.chart.name}`,
          action: "mend what computes the values, or the chart's description",
        },
      ],
      2,
    );
  }
}

function secretFacts(
  name: string,
  secretNames: readonly string[],
  settings: Settings,
): { secretName: string | undefined; secretsDigest: string | undefined } {
  if (secretNames.length === 0) return { secretName: undefined, secretsDigest: undefined };
  const ciphertexts = secretNames.map((secret) => [secret, settings.secrets?.[secret]?.secure ?? ""]);
  return { secretName: `${name}-secrets`, secretsDigest: digestOf(JSON.stringify(ciphertexts)) };
}

/** A database beyond the version's own level was brought there by a later version; migrating "up" again is not ours to try. */
function migrates({ migration }: Application, { schema }: Pin, level: number | undefined): boolean {
  if (migration === undefined) return false;
  return schema?.migratesTo === undefined || level === undefined || level <= schema.migratesTo;
}

function seconds(duration: string | undefined): number {
  return duration === undefined ? DEFAULT_TIMEOUT_SECONDS : durationSchema.parse(duration);
}

/** Depth first along `after`; the catalogue has no circles. */
function inOrder(applications: readonly Application[]): readonly Application[] {
  const byName = new Map(applications.map((application) => [application.name, application]));
  const ordered = new Set<Application>();
  const place = (application: Application): void => {
    if (ordered.has(application)) return;
    for (const earlier of application.after ?? []) {
      const found = byName.get(earlier);
      if (found !== undefined) place(found);
    }
    ordered.add(application);
  };
  applications.forEach(place);
  return [...ordered];
}

/** As Helm lays values over values: mappings are merged, everything else is replaced. */
function overlay(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isJsonObject(below) && isJsonObject(value) ? overlay(below, value) : value;
  }
  return merged;
}

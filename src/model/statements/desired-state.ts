import type { Application } from "../application.ts";
import type { Digest } from "../digest.ts";
import { digestOf } from "../digest.ts";
import type { JsonObject } from "../json.ts";
import { renderPin } from "../pin-text.ts";
import { RefusalError } from "../refusal.ts";
import type { Settings } from "../settings.ts";
import { stackFileName, type StackFile } from "../stack-file.ts";
import { toStage, type Stage, type StageApplication, type StageNamespace, type StageRequest } from "../stage.ts";
import type { FreeSetting } from "../trust/gate.ts";
import { canonicalDigest } from "./canonical-json.ts";
import { neutralise, withoutFree } from "./free-settings.ts";
import { NotJsonError, toPlainJson } from "./plain-json.ts";

/** The desired state of an application in a stage; its digest is the SHA-256 of its canonical JSON. */
export interface DesiredState {
  readonly digest: Digest;
  readonly state: JsonObject;
}

/**
 * The desired state of every application that runs in a stage, by name: everything that changes what runs.
 * @param request whose stack file `refuseStage` has nothing against
 * @param free what the stage's gate leaves to its people
 * @param actual the stage of this request, where the caller has it
 * @throws RefusalError where the catalogue computes values that are no JSON
 */
export function toDesiredStates(
  request: StageRequest,
  free: readonly FreeSetting[] = [],
  actual: Stage = toStage(request),
): ReadonlyMap<string, DesiredState> {
  const stackFile = withoutFree(request.stackFile, free);
  const without = free.length === 0 ? actual : toStage({ ...request, stackFile });
  const namespaces = new Map(actual.namespaces.map((namespace) => [namespace.name, namespace]));
  const neutrals = new Map(without.applications.map((neutral) => [neutral.application.name, neutral]));
  return new Map(
    actual.applications.map((application) => {
      const name = application.application.name;
      const values = neutralValues(application, neutrals.get(name) ?? application, request.stackFile, free);
      const namespace = namespaces.get(application.namespace);
      const state = plain(name, request.stage, { ...describe(application, namespace, request.stackFile, free), values });
      return [name, { digest: canonicalDigest(state), state }];
    }),
  );
}

function neutralValues(
  application: StageApplication,
  neutral: StageApplication,
  stackFile: StackFile,
  free: readonly FreeSetting[],
): JsonObject {
  const { name } = application.application;
  const replicas = stackFile.settings.get(name)?.replicas ?? DEFAULT_REPLICAS;
  return neutralise(application.values, neutral.values, free, {
    actual: { ...application, replicas },
    without: { ...neutral, replicas: DEFAULT_REPLICAS },
  });
}

const DEFAULT_REPLICAS = 1;

function describe(
  application: StageApplication,
  namespace: StageNamespace | undefined,
  stackFile: StackFile,
  free: readonly FreeSetting[],
): Readonly<Record<string, unknown>> {
  const { name } = application.application;
  const { cluster } = stackFile;
  return {
    pin: renderPin(application.pin),
    settings: describeSettings(stackFile.settings.get(name) ?? {}, free),
    definition: describeDefinition(application.application),
    // Whether it is protected depends on all that live in it: each application's own protection is part of its state.
    namespace: namespace === undefined ? undefined : { ...namespace, protect: undefined },
    cluster:
      cluster === undefined
        ? undefined
        : {
            context: cluster.context,
            gateway: cluster.gateway,
            ingressClass: cluster.ingressClass,
            dnsTarget: cluster.dnsTarget,
          },
    schemaLevel: stackFile.schemaLevels.get(name),
    effective: {
      env: application.env,
      hosts: application.hosts,
      migrates: application.migrates,
      migrationSeconds: application.migrationSeconds,
      protect: application.protect,
      ...(free.includes("timeout") ? {} : { rolloutSeconds: application.rolloutSeconds }),
    },
  };
}

/** As people wrote them. Of a secret, the digest of its ciphertext: it says whether it changed, and nothing else. */
function describeSettings(settings: Settings, free: readonly FreeSetting[]): Readonly<Record<string, unknown>> {
  const written = Object.entries(settings).filter(([key]) => !(free as readonly string[]).includes(key));
  const secrets = Object.entries(settings.secrets ?? {}).map(([name, { secure }]) => [name, digestOf(secure)]);
  return {
    ...Object.fromEntries(written),
    ...(settings.secrets === undefined ? {} : { secrets: Object.fromEntries(secrets) as unknown }),
  };
}

/** Field by field, as the types name them: a field that is missing here does not compile. */
function describeDefinition(application: Application): Readonly<Record<string, unknown>> {
  const { name, namespace, secrets, hosts, env, migration, after, protect, timeouts, smoke, formerly, chart } = application;
  const customResources = [...chart.customResources, ...(application.customResources ?? [])];
  const privilegedKinds = [...chart.privilegedKinds, ...(application.privilegedKinds ?? [])];
  return {
    ...{ name, namespace, secrets, hosts, env, migration, after, protect, timeouts, smoke, formerly },
    // These only widen what the policy pack lets pass: what says nothing of them is as it was before they were there.
    public: application.public === true ? true : undefined,
    customResources: customResources.length === 0 ? undefined : customResources,
    privilegedKinds: privilegedKinds.length === 0 ? undefined : privilegedKinds,
    // The chart's own needs are in the values.
    chart: chart.name,
  } satisfies Record<Exclude<keyof Application, "toValues">, unknown>;
}

function plain(name: string, stage: string, state: Readonly<Record<string, unknown>>): JsonObject {
  try {
    // An object stays one.
    return toPlainJson(state) as JsonObject;
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    const computed = error.path[0] === "values";
    throw new RefusalError(
      [
        {
          code: "not-json",
          place: {
            file: computed ? `src/applications/${name}.ts` : stackFileName(stage),
            path: error.path.join("."),
          },
          found: error.message,
          expected: "plain values, as JSON has them",
          action: `correct what ${name} is given there`,
        },
      ],
      2,
    );
  }
}

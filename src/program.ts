import { Provider } from "@pulumi/kubernetes/provider.js";
import { getProject, getStack, log, RunError, runtime, type Output } from "@pulumi/pulumi";
import { fetchCharts } from "./adapters/charts.ts";
import { readClusterUid } from "./adapters/cluster.ts";
import { deployedApplications } from "./adapters/engine-state.ts";
import { loadStage, stagesPath, type LoadedStage } from "./adapters/stage-loader.ts";
import { displayPath } from "./adapters/yaml-files.ts";
import { Application } from "./components/application.ts";
import { Stage } from "./components/stage.ts";
import { checkClusterUid } from "./delivery/cluster.ts";
import { describeRemovals } from "./delivery/removals.ts";
import { renderPin, type PinText } from "./model/pin.ts";
import { combine, renderRefusals, type Outcome } from "./model/refusal.ts";
import type { StageApplication } from "./model/stage.ts";

interface ApplicationOutput extends PinText {
  readonly hosts: readonly string[];
  readonly readyReplicas: Output<number>;
}

export interface ProgramOutputs {
  readonly stage: string;
  readonly applications: Readonly<Record<string, ApplicationOutput>>;
}

/**
 * The Pulumi program: loads a stage, refuses what is wrong with it before the first resource, deploys every application.
 * @throws RunError that lists every reason
 */
export async function deployStage(): Promise<ProgramOutputs> {
  try {
    return await deploy();
  } catch (error) {
    // People get the reason, not our stack: the engine prints one for everything but its own RunError.
    if (process.env["LOCKSTEP_DEBUG"] !== undefined || RunError.isInstance(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RunError(`${reason}\n(LOCKSTEP_DEBUG=1 shows where)`);
  }
}

async function deploy(): Promise<ProgramOutputs> {
  const loaded = orRefuse(await loadStage({ project: getProject(), stage: getStack(), given: runtime.allConfig() }));
  const { stage, engineConfig } = loaded;
  const [cluster, charts, deployed] = await Promise.all([
    refuseOtherCluster(loaded),
    fetchCharts(stage.applications.map(({ pin }) => pin.chart)),
    deployedApplications(),
  ]);
  const { clusterUid, chartPaths } = orRefuse(combine({ clusterUid: cluster, chartPaths: charts }));
  for (const path of engineConfig?.differences ?? []) void log.warn(`${path}: not as in ${loaded.source.file}`);
  for (const removal of describeRemovals(deployed, loaded)) void log.warn(removal);
  if (stage.applications.length === 0) void log.info(`${stage.name} is empty: no application is pinned`);

  const provider = createProvider(loaded, clusterUid);
  const shared = new Stage(
    stage.name,
    { project: stage.project, stage: stage.name, namespaces: stage.namespaces },
    { provider },
  );
  const components = new Map<string, Application>();
  for (const application of stage.applications) {
    const { name } = application.application;
    const earlier = application.after.flatMap((other) => components.get(other) ?? []);
    const args = {
      application,
      chartPath: existing(chartPaths, application.pin.chart.digest),
      secrets: plainSecrets(loaded, application),
    };
    const dependsOn = [...shared.namespaceDependency(application.namespace), ...earlier];
    components.set(name, new Application(name, args, { provider, parent: shared, dependsOn }));
  }
  return { stage: stage.name, applications: outputs(stage.applications, components) };
}

function createProvider({ stackFile }: LoadedStage, clusterIdentifier: string): Provider {
  return new Provider("cluster", {
    context: stackFile.cluster?.context ?? "",
    // Another path to the same cluster is no other cluster.
    clusterIdentifier,
    enableServerSideApply: true,
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // The client's own limits (5 and 10) make large stages wait for themselves.
    kubeClientSettings: { qps: 200, burst: 400, timeout: 60 },
  });
}

async function refuseOtherCluster({ stackFile, definition, source }: LoadedStage): Promise<Outcome<string>> {
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  // An empty stage need not name one.
  if (stackFile.cluster === undefined) return { kind: "accepted", value: "" };
  const uid = await readClusterUid(stackFile.cluster.context, place);
  return uid.kind === "refused" ? uid : checkClusterUid(definition, uid.value, place, displayPath(stagesPath()));
}

function plainSecrets(
  { engineConfig }: LoadedStage,
  { application, secretNames }: StageApplication,
): Record<string, string> {
  return Object.fromEntries(
    secretNames.map((secret) => {
      const value = engineConfig?.secretAt(["lockstep:settings", application.name, "secrets", secret]);
      if (value === undefined) throw new Error(`the engine did not hand over ${application.name}'s secret ${secret}`);
      return [secret, value];
    }),
  );
}

function outputs(
  applications: readonly StageApplication[],
  components: ReadonlyMap<string, Application>,
): ProgramOutputs["applications"] {
  return Object.fromEntries(
    applications.flatMap(({ application: { name }, pin, hosts }) => {
      const component = components.get(name);
      return component === undefined
        ? []
        : [[name, { ...renderPin(pin), hosts, readyReplicas: component.readyReplicas }]];
    }),
  );
}

function existing<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`nothing is known of ${String(key)}`);
  return value;
}

function orRefuse<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "accepted") return outcome.value;
  throw new RunError(`refused, nothing was changed\n\n${renderRefusals(outcome.refusals)}\n`);
}

import { Provider } from "@pulumi/kubernetes/provider.js";
import { getProject, getStack, log, RunError, runtime, type Output } from "@pulumi/pulumi";
import { loadStage, type LoadedStage } from "./adapters/stage-loader.ts";
import { Application } from "./components/application.ts";
import { Stage } from "./components/stage.ts";
import { describeRemovals } from "./delivery/removals.ts";
import { renderPin, type PinText } from "./model/pin.ts";
import { RefusalError, renderRefusals, type Outcome, type Refusal } from "./model/refusal.ts";
import type { StageApplication } from "./model/stage.ts";
import { checkPreconditions } from "./preconditions.ts";

interface ApplicationOutput extends PinText {
  readonly hosts: readonly string[];
  readonly readyReplicas: Output<number>;
}

export interface ProgramOutputs {
  readonly stage: string;
  /** The uid of the cluster; the next update goes there as well. */
  readonly cluster: string;
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
    if (error instanceof RefusalError) throw refusal(error.refusals);
    // People get the reason, not our stack: the engine prints one for everything but its own RunError.
    if (process.env["LOCKSTEP_DEBUG"] !== undefined || RunError.isInstance(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RunError(`${reason}\n(LOCKSTEP_DEBUG=1 shows where)`);
  }
}

async function deploy(): Promise<ProgramOutputs> {
  const given = runtime.allConfig();
  const loaded = orRefuse(await loadStage({ project: getProject(), stage: getStack(), given }));
  const { clusterUid, chartPaths, secrets, deployed } = orRefuse(await checkPreconditions(loaded, given));
  const { stage, engineConfig, source } = loaded;
  for (const path of engineConfig?.differences ?? []) void log.warn(`${path}: not as in ${source.file}`);
  for (const removal of describeRemovals(deployed.applications, loaded)) void log.warn(removal);
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
    const args = {
      application,
      chartPath: existing(chartPaths, application.pin.chart.digest),
      secrets: secrets.get(name) ?? {},
    };
    const earlier = application.after.flatMap((other) => components.get(other) ?? []);
    const dependsOn = [...shared.namespaceDependency(application.namespace), ...earlier];
    components.set(name, new Application(name, args, { provider, parent: shared, dependsOn }));
  }
  return { stage: stage.name, cluster: clusterUid, applications: outputs(stage.applications, components) };
}

function createProvider({ stackFile }: LoadedStage, clusterIdentifier: string): Provider {
  // The SDK would write its path into the state, as one file, though it may be a list. The provider, started by the
  // engine, reads the same variable itself.
  delete process.env["KUBECONFIG"];
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
  throw refusal(outcome.refusals);
}

function refusal(refusals: readonly Refusal[]): RunError {
  return new RunError(`refused, nothing was changed\n\n${renderRefusals(refusals)}\n`);
}

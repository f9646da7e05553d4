import { Provider } from "@pulumi/kubernetes/provider.js";
import type { Output } from "@pulumi/pulumi";
import type { LoadedStage } from "./adapters/stage-loader.ts";
import { Application } from "./components/application.ts";
import { Stage } from "./components/stage.ts";
import { renderPin, type PinText } from "./model/pin.ts";
import type { StageApplication } from "./model/stage.ts";
import type { Preconditions } from "./preconditions.ts";

interface ApplicationOutput extends PinText {
  readonly hosts: readonly string[];
  readonly readyReplicas: Output<number>;
}

/** The stack's outputs. */
export interface DeploymentOutputs {
  readonly stage: string;
  /** The uid of the cluster; the next update goes there as well. */
  readonly cluster: string;
  readonly applications: Readonly<Record<string, ApplicationOutput>>;
}

/** Registers everything of a stage: what all applications share, then one component per application, in order. */
export function deploy(loaded: LoadedStage, { clusterUid, chartPaths, secrets }: Preconditions): DeploymentOutputs {
  const { stage } = loaded;
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
): DeploymentOutputs["applications"] {
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

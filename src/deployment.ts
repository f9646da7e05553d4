import { Provider } from "@pulumi/kubernetes/provider.js";
import type { Output } from "@pulumi/pulumi";
import type { LoadedStage } from "./adapters/stage-loader.ts";
import { Admission } from "./components/admission.ts";
import { Application } from "./components/application.ts";
import { Stage } from "./components/stage.ts";
import type { AdmissionSources } from "./delivery/admission/admission-lists.ts";
import { planAdmission } from "./delivery/admission/admission-plan.ts";
import { departedImages, previousImages } from "./delivery/admission/earlier-images.ts";
import { desiredSince } from "./delivery/desired-since.ts";
import { desiredStatesOf } from "./desired-states.ts";
import type { DepartedImage } from "./model/admission.ts";
import type { WorkloadName } from "./model/deployed-stage.ts";
import type { Digest } from "./model/digest.ts";
import type { PinText } from "./model/pin.ts";
import { renderPin } from "./model/pin-text.ts";
import { PROVIDER_NAME } from "./model/provider-name.ts";
import type { DesiredState } from "./model/statements/desired-state.ts";
import { renderSignedTime } from "./model/statements/signed-json.ts";
import type { VerifiedRoot } from "./model/trust/trust.ts";
import type { Preconditions } from "./preconditions.ts";

interface ApplicationOutput extends PinText {
  readonly hosts: readonly string[];
  readonly readyReplicas: Output<number>;
  /** Its namespace in the cluster. */
  readonly namespace: string;
  /** The image that it ran before this one. */
  readonly previousImage?: string;
  /** The newest statement about it, in a gated stage. */
  readonly statement?: Digest;
  /** Of its desired state. */
  readonly desired: Digest;
  /** Since when that has been the same, as updates go. */
  readonly since: string;
  /** In its namespace. */
  readonly workloads: Output<readonly WorkloadName[]>;
}

/** The stack's outputs. */
export interface DeploymentOutputs {
  readonly stage: string;
  /** The uid of the cluster; the next update goes there as well. */
  readonly cluster: string;
  readonly applications: Readonly<Record<string, ApplicationOutput>>;
  /** Images of applications that left a namespace in the last update that changed any. */
  readonly departed: readonly DepartedImage[];
  readonly gated: boolean;
  /** The trust root that it was judged by, where there is an anchor. */
  readonly trustRoot?: VerifiedRoot;
  /** The newest statements about applications that do not run here, in a gated stage. */
  readonly withdrawn?: Readonly<Record<string, Digest>>;
}

/** What must be known to register a stage. */
export interface DeploymentFacts extends Pick<Preconditions, "clusterUid" | "chartPaths" | "secrets"> {
  readonly statements?: Preconditions["statements"];
  readonly deployed: Pick<Preconditions["deployed"], "applications" | "departed">;
  /** Now, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Registers everything of a stage: what all applications share, then one component per application, in order. */
export function deploy(loaded: LoadedStage, preconditions: DeploymentFacts): DeploymentOutputs {
  const { clusterUid, chartPaths, secrets, deployed } = preconditions;
  const { stage, definition, trust } = loaded;
  const desired = desiredStatesOf(loaded);
  const provider = createProvider(loaded, clusterUid);
  const shared = new Stage(
    stage.name,
    {
      project: stage.project,
      stage: stage.name,
      namespaces: stage.namespaces,
      gated: definition.gated,
      rootVersion: trust.root?.version,
    },
    { provider },
  );
  const previous = previousImages(stage, deployed.applications);
  const departed = departedImages(stage, deployed.applications, deployed.departed);
  const admission = createAdmission(loaded, shared, { previous, departed }, provider);
  const components = new Map<string, Application>();
  for (const application of stage.applications) {
    const { name } = application.application;
    const args = {
      application,
      chartPath: existing(chartPaths, application.pin.chart.digest),
      secrets: secrets.get(name) ?? {},
      desiredDigest: existing(desired, name).digest,
    };
    const earlier = application.after.flatMap((other) => components.get(other) ?? []);
    const dependsOn = [...shared.namespaceDependency(application.namespace), admission, ...earlier];
    components.set(name, new Application(name, args, { provider, parent: shared, dependsOn }));
  }
  return {
    stage: stage.name,
    cluster: clusterUid,
    applications: outputs(loaded, preconditions, { components, previous, desired }),
    departed,
    gated: definition.gated,
    ...(trust.root === undefined ? {} : { trustRoot: trust.root }),
    ...withdrawn(components, preconditions.statements),
  };
}

function createAdmission(
  { stage, trust }: LoadedStage,
  shared: Stage,
  earlier: Pick<AdmissionSources, "previous" | "departed">,
  provider: Provider,
): Admission {
  const { project, name } = stage;
  const sources = { stage, ...earlier, adopted: trust.adopted, revoked: trust.revocations.digests };
  const dependenciesOf = (namespace: string) => shared.namespaceDependency(namespace);
  const args = { project, stage: name, plan: planAdmission(project, sources), dependenciesOf };
  return new Admission(name, args, { provider, parent: shared });
}

function createProvider({ stackFile }: LoadedStage, clusterIdentifier: string): Provider {
  // The SDK would write its path into the state, as one file, though it may be a list. The provider, started by the
  // engine, reads the same variable itself.
  delete process.env["KUBECONFIG"];
  return new Provider(PROVIDER_NAME, {
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

interface Registered {
  readonly components: ReadonlyMap<string, Application>;
  readonly previous: ReadonlyMap<string, string>;
  readonly desired: ReadonlyMap<string, DesiredState>;
}

function outputs(
  { stage }: LoadedStage,
  { statements, deployed, nowMs }: DeploymentFacts,
  { components, previous, desired }: Registered,
): DeploymentOutputs["applications"] {
  const recorded = new Map(deployed.applications.map((application) => [application.name, application]));
  return Object.fromEntries(
    stage.applications.map(({ application: { name }, pin, hosts, namespace }) => {
      const { readyReplicas, workloads } = existing(components, name);
      const { digest } = existing(desired, name);
      const previousImage = previous.get(name);
      const statement = statements?.get(name);
      const output = {
        ...renderPin(pin),
        ...{ hosts, readyReplicas, namespace },
        ...(previousImage === undefined ? {} : { previousImage }),
        ...(statement === undefined ? {} : { statement }),
        ...{ desired: digest, since: renderSignedTime(desiredSince(digest, recorded.get(name), nowMs)), workloads },
      };
      return [name, output];
    }),
  );
}

function withdrawn(
  components: ReadonlyMap<string, Application>,
  statements: ReadonlyMap<string, Digest> | undefined,
): Pick<DeploymentOutputs, "withdrawn"> {
  const absent = [...(statements ?? [])].filter(([name]) => !components.has(name));
  return absent.length === 0 ? {} : { withdrawn: Object.fromEntries(absent) };
}

function existing<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`nothing is known of ${String(key)}`);
  return value;
}

import type { ResourceText } from "../harness/resources.ts";

type Fields = Readonly<Record<string, unknown>>;

const LABELS = { "app.kubernetes.io/name": "appointments", "app.kubernetes.io/component": "server" };
const METADATA = { name: "appointments", namespace: "ehealth-inttest", labels: LABELS };

/** A container as charts/web-service renders it. */
export const CONTAINER = {
  name: "appointments",
  image: `registry.example.com/ehealth/appointments:1.4.2@sha256:${"1".repeat(64)}`,
  imagePullPolicy: "IfNotPresent",
  ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
  env: [{ name: "LOG_LEVEL", value: "info" }],
  envFrom: [{ secretRef: { name: "appointments-secrets" } }],
  livenessProbe: { httpGet: { path: "/health/live", port: "http" } },
  readinessProbe: { httpGet: { path: "/health/ready", port: "http" } },
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
};

/** A pod's spec as charts/web-service renders it. */
export const POD = {
  serviceAccountName: "appointments",
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 30,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containers: [CONTAINER],
  volumes: [{ name: "tmp", emptyDir: {} }],
};

/** The Deployment of charts/web-service, with another pod or other fields of the spec. */
export function deployment(pod: Fields = {}, spec: Fields = {}): ResourceText {
  const template = { metadata: { labels: LABELS }, spec: { ...POD, ...pod } };
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: METADATA,
      spec: { replicas: 3, selector: { matchLabels: LABELS }, template, ...spec },
    },
  };
}

/** The Deployment, its container with other fields. */
export function container(fields: Fields): ResourceText {
  return deployment({ containers: [{ ...CONTAINER, ...fields }] });
}

/** The Job of src/components/migration.ts. */
export function migrationJob(pod: Fields = {}): ResourceText {
  const { env, resources, securityContext } = CONTAINER;
  const migrate = {
    name: "migrate",
    image: CONTAINER.image,
    command: ["migrate", "up"],
    env,
    resources,
    securityContext,
  };
  const { securityContext: podSecurity } = POD;
  return {
    type: "kubernetes:batch/v1:Job",
    parents: ["lockstep:index:Application", "lockstep:index:Migration"],
    props: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "appointments-migrate-1111111111", namespace: "ehealth-inttest" },
      spec: {
        backoffLimit: 0,
        template: {
          spec: { restartPolicy: "Never", securityContext: podSecurity, containers: [migrate], ...pod },
        },
      },
    },
  };
}

export function service(spec: Fields = {}, annotations: Fields = { "pulumi.com/skipAwait": "true" }): ResourceText {
  return object(
    "v1",
    "Service",
    { type: "ClusterIP", selector: LABELS, ports: [{ port: 8080 }], ...spec },
    annotations,
  );
}

export function ingress(host: string, spec: Fields = {}): ResourceText {
  const backend = { service: { name: "appointments", port: { number: 8080 } } };
  const rules = [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
  return object("networking.k8s.io/v1", "Ingress", { rules, ...spec }, { "pulumi.com/skipAwait": "true" });
}

export function httpRoute(hostnames: readonly string[]): ResourceText {
  return object("gateway.networking.k8s.io/v1", "HTTPRoute", { parentRefs: [{ name: "public" }], hostnames });
}

export function budget(spec: Fields = {}): ResourceText {
  return object("policy/v1", "PodDisruptionBudget", { maxUnavailable: 1, selector: { matchLabels: LABELS }, ...spec });
}

/** Any object of the application's chart. */
export function object(apiVersion: string, kind: string, spec: Fields, annotations?: Fields): ResourceText {
  const metadata = { ...METADATA, ...(annotations === undefined ? {} : { annotations }) };
  return {
    type: `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`,
    props: { apiVersion, kind, metadata, spec },
  };
}

/** Every object of the chart and the migration, as they are when nothing is wrong. */
export const WEB_SERVICE: readonly ResourceText[] = [
  deployment(),
  migrationJob(),
  service(),
  budget(),
  httpRoute(["appointments.inttest.example.com"]),
  ingress("appointments.inttest.example.com"),
];

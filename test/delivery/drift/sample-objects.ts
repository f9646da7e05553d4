import type { ClusterObject, DeclaredObject, ManagedFields } from "../../../src/model/cluster-object.ts";
import type { JsonObject } from "../../../src/model/json.ts";

const NAME = { apiVersion: "apps/v1", kind: "Deployment", namespace: "ehealth", name: "portal" };
const CONTAINER = { name: "portal", image: "portal:1", env: [{ name: "LEVEL", value: "info" }] };
const SPEC = {
  replicas: 2,
  strategy: { type: "RollingUpdate" },
  template: { spec: { containers: [CONTAINER], restartPolicy: "Always" } },
};

/** Written by an update; the API server has added the restart policy. */
export const OWN: ManagedFields = {
  manager: "pulumi-kubernetes-1",
  subresource: undefined,
  fields: {
    "f:metadata": { "f:labels": { "f:app": {} } },
    "f:spec": {
      "f:replicas": {},
      "f:strategy": {},
      "f:template": {
        "f:spec": {
          "f:containers": {
            'k:{"name":"portal"}': {
              ...{ ".": {}, "f:name": {}, "f:image": {} },
              "f:env": { 'k:{"name":"LEVEL"}': { ".": {}, "f:name": {}, "f:value": {} } },
            },
          },
        },
      },
    },
  },
};

const METADATA = { name: "portal", namespace: "ehealth", labels: { app: "portal" } };

export function declaredPortal(changes: Partial<DeclaredObject> = {}): DeclaredObject {
  const recorded = { apiVersion: "apps/v1", kind: "Deployment", metadata: METADATA, spec: SPEC };
  return { name: NAME, application: "portal", recorded, own: OWN, ...changes };
}

/** As it was declared. */
export function livePortal(changes: Partial<ClusterObject> = {}): ClusterObject {
  return {
    ...{ name: NAME, content: content(), managers: [OWN], owned: false, isGoing: false },
    ...changes,
  };
}

/** With another spec. */
export function content(spec: JsonObject = {}, labels: JsonObject = {}): JsonObject {
  const metadata = { ...METADATA, labels: { ...METADATA.labels, ...labels }, resourceVersion: "17" };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { ...SPEC, ...spec }, status: { replicas: 1 } };
}

export function podWith(container: JsonObject, ...others: readonly JsonObject[]): JsonObject {
  return { template: { spec: { containers: [{ ...CONTAINER, ...container }, ...others], restartPolicy: "Always" } } };
}

export function written(manager: string, fields: JsonObject, subresource?: string): ManagedFields {
  return { manager, subresource, fields };
}

import assert from "node:assert/strict";
import { parseResourceKinds } from "../../../src/adapters/drift/resource-kinds.ts";

describe("the kinds that a cluster knows", () => {
  it("are read with and without short names, of the core and of groups", () => {
    const text = [
      "bindings                              v1                              true    Binding",
      "configmaps                 cm         v1                              true    ConfigMap",
      "deployments                deploy     apps/v1                         true    Deployment",
      "dnsendpoints                          externaldns.k8s.io/v1alpha1     true    DNSEndpoint",
      "storageclasses             sc,x       storage.k8s.io/v1               false   StorageClass",
      "",
    ].join("\n");
    assert.deepEqual(
      parseResourceKinds(text).map(({ resource, apiVersion, kind, namespaced }) => [
        resource,
        apiVersion,
        kind,
        namespaced,
      ]),
      [
        ["bindings", "v1", "Binding", true],
        ["configmaps", "v1", "ConfigMap", true],
        ["deployments.apps", "apps/v1", "Deployment", true],
        ["dnsendpoints.externaldns.k8s.io", "externaldns.k8s.io/v1alpha1", "DNSEndpoint", true],
        ["storageclasses.storage.k8s.io", "storage.k8s.io/v1", "StorageClass", false],
      ],
    );
  });
});

import { application } from "../model/application.ts";
import { foreignChart } from "../model/chart.ts";

/** Somebody else's chart: no types, its own names for everything, a subchart with an image of its own. */
export const statusPage = application({
  name: "status-page",
  namespace: "ehealth",
  chart: foreignChart("status-page", {
    // Checks are read by the status page itself: no pod is made from them.
    customResources: [{ apiVersion: "status.example.com/v1", kind: "StatusCheck", imagePaths: [] }],
    // It brings their definition.
    privilegedKinds: [{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" }],
  }),
  raw: ({ image, replicas, resources }) => ({
    fullnameOverride: "status-page",
    replicaCount: replicas,
    image: { registry: image.registry, name: image.repository, version: image.tag, digest: image.digest },
    resources: { requests: { ...resources?.requests }, limits: { ...resources?.limits } },
    // Its hook wants to run before the installation; hooks are not run here (docs/decisions/0006-hooks.md).
    prepare: { enabled: false },
    cache: {
      image: {
        registry: image.registry,
        name: "ehealth/status-cache",
        version: "7.2.4",
        digest: "sha256:dc4ca24ff6fb888ab2a3fec0f174ca5b3640fe0e39d2310ffc4189dab8f1f7ae",
      },
    },
  }),
});

import { z } from "zod";
import {
  clusterNamespaceSchema,
  labelsSchema,
  objectNameSchema,
  quantitySchema,
  hostSchema,
} from "./kubernetes-names.ts";

/** Which cluster a stage runs in, and how it is reached from outside. */
export const clusterSchema = z.strictObject(
  {
    context: z
      .string({ error: "the name of a kubeconfig context" })
      .min(1, { error: "the name of a kubeconfig context" }),
    gateway: z
      .strictObject({ name: objectNameSchema, namespace: objectNameSchema }, { error: "{ name, namespace }" })
      .optional()
      .meta({ description: "Hosts become HTTPRoutes of this Gateway. Without it they become Ingresses" }),
    ingressClass: objectNameSchema.optional().meta({ description: "For Ingresses. Default: the cluster's own" }),
    dnsTarget: hostSchema
      .optional()
      .meta({ description: "Where hosts point to: each becomes a CNAME record, written for external-dns" }),
  },
  { error: "{ context: <kubeconfig context> }" },
);

export type StageCluster = z.output<typeof clusterSchema>;

const resourceAmountsSchema = z.strictObject(
  { cpu: quantitySchema.exactOptional(), memory: quantitySchema.exactOptional() },
  { error: "{ cpu, memory }" },
);

/** What a stage says of one of its namespaces. */
export const namespaceSchema = z.strictObject(
  {
    name: clusterNamespaceSchema
      .optional()
      .meta({ description: "Its name in the cluster. Default: <namespace>-<stage>" }),
    create: z
      .boolean({ error: "true or false" })
      .optional()
      .meta({ description: "false: it is there already and is not ours. Default: true" }),
    labels: labelsSchema.optional(),
    quota: z
      .record(z.string(), quantitySchema, { error: "hard limits of a ResourceQuota, such as pods: 50" })
      .optional()
      .meta({ description: 'Hard limits of a ResourceQuota, such as requests.cpu: "4"' }),
    defaults: z
      .strictObject(
        { requests: resourceAmountsSchema.exactOptional(), limits: resourceAmountsSchema.exactOptional() },
        { error: "{ requests: { cpu, memory }, limits: { memory } }" },
      )
      .optional()
      .meta({
        description: "For containers that name no resources of their own (a LimitRange): a quota refuses these else",
      }),
  },
  { error: "{ labels, quota, defaults }" },
);

export type NamespaceSettings = z.output<typeof namespaceSchema>;
export type ContainerDefaults = NonNullable<NamespaceSettings["defaults"]>;

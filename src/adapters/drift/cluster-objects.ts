import { z } from "zod";
import type { ClusterObject, ManagedFields } from "../../model/cluster-object.ts";
import { isJsonObject, type Json, type JsonObject } from "../../model/json.ts";

const managedFieldsSchema = z
  .object({ manager: z.string().default(""), subresource: z.string().optional(), fieldsV1: z.unknown().optional() })
  .transform(({ manager, subresource, fieldsV1 }): ManagedFields => {
    return { manager, subresource, fields: isJsonObject(fieldsV1) ? fieldsV1 : {} };
  });

const objectSchema = z.looseObject({
  ...{ apiVersion: z.string(), kind: z.string() },
  metadata: z.looseObject({
    ...{ name: z.string(), namespace: z.string().optional(), deletionTimestamp: z.string().optional() },
    managedFields: z.array(managedFieldsSchema).default([]),
    ownerReferences: z.array(z.unknown()).default([]),
  }),
});

/** Of an answer of the API server; it is JSON, or it would not be read. */
export const clusterObjectSchema = objectSchema.transform((object): ClusterObject => {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, managedFields, ownerReferences, deletionTimestamp } = metadata;
  return {
    name: { apiVersion, kind, namespace, name },
    content: withoutSecrets(kind, object as unknown as JsonObject),
    managers: managedFields,
    owned: ownerReferences.length > 0,
    isGoing: deletionTimestamp !== undefined,
  };
});

/** From here on nothing can print what a Secret holds: its keys remain. */
function withoutSecrets(kind: string, content: JsonObject): JsonObject {
  if (kind !== "Secret") return content;
  return { ...content, data: hidden(content["data"]), stringData: hidden(content["stringData"]) };
}

function hidden(values: Json | undefined): Json {
  if (!isJsonObject(values)) return {};
  return Object.fromEntries(Object.keys(values).map((name) => [name, null]));
}

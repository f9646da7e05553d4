import { z } from "zod";
import { smokeUrlSchema } from "./smoke-url.ts";
import { durationSchema, environmentNameSchema, hostSchema, quantitySchema } from "./kubernetes-names.ts";

/** A value that only the engine can read; verbs pass it on untouched. */
const secretSchema = z.strictObject(
  { secure: z.string({ error: "a ciphertext" }).min(1, { error: "a ciphertext" }) },
  { error: "an encrypted value, { secure: … }" },
);

const resourcesSchema = z.strictObject(
  {
    requests: z.strictObject({ cpu: quantitySchema, memory: quantitySchema }, { error: "{ cpu, memory }" }),
    limits: z.strictObject({ cpu: quantitySchema.exactOptional(), memory: quantitySchema }, { error: "{ memory }" }),
  },
  { error: "{ requests: { cpu, memory }, limits: { memory } }" },
);

export type Resources = z.output<typeof resourcesSchema>;

/** What people set per stage and application. */
export const settingsSchema = z.strictObject(
  {
    enabled: z
      .boolean({ error: "true or false" })
      .optional()
      .meta({ description: "false removes the application's objects from this stage. Default: true" }),
    protect: z
      .boolean({ error: "true or false" })
      .optional()
      .meta({ description: "true: the engine refuses to delete it. Default: as the catalogue says" }),
    replicas: z
      .int({ error: "a whole number" })
      .min(0, { error: "a whole number from 0 to 1000" })
      .max(1000, { error: "a whole number from 0 to 1000" })
      .optional()
      .meta({ description: "Default: 1" }),
    resources: resourcesSchema.optional(),
    env: z
      .record(environmentNameSchema, z.string({ error: "text; put numbers and true/false in quotes" }), {
        error: "environment variables, NAME: value",
      })
      .optional(),
    hosts: z
      .array(hostSchema, { error: "a list of host names" })
      .refine((hosts) => new Set(hosts).size === hosts.length, { error: "each host once" })
      .optional(),
    smokeUrl: smokeUrlSchema
      .optional()
      .meta({ description: "Where its HTTP smoke checks go. Default: https:// and the first of its hosts" }),
    secrets: z.record(environmentNameSchema, secretSchema, { error: "secrets, NAME: { secure: … }" }).optional(),
    timeout: durationSchema
      .optional()
      .meta({ description: "How long a roll-out may take. Default: as the catalogue says, else 10m" }),
    values: z
      .record(z.string(), z.unknown(), { error: "values of the chart" })
      .optional()
      .meta({ description: "Laid over the catalogue's raw values; only for charts without types" }),
  },
  { error: "settings: { replicas, resources, env, hosts, secrets, … }" },
);

export type Settings = z.output<typeof settingsSchema>;

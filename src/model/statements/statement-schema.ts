import { z } from "zod";
import { isDigest } from "../digest.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { objectNameSchema } from "../kubernetes-names.ts";
import { principalSchema } from "../trust/principal.ts";
import { signedTimeSchema, textSchema } from "./signed-json.ts";

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const PREDICATE_TYPE = "urn:lockstep:statement:v1";

const digestSchema = z.string({ error: "a digest" }).refine(isDigest, { error: "a digest, sha256:<64 hex>" });

const stateSchema = z
  .strictObject(
    {
      digest: digestSchema,
      // The very object that was parsed: its digest is taken of it.
      state: z.custom<JsonObject>(isJsonObject, { error: "a desired state" }),
    },
    { error: "{ digest, state }" },
  )
  .nullable();

const transitionSchema = z.strictObject(
  { before: stateSchema, after: stateSchema, previous: digestSchema.nullable() },
  { error: "{ before, after, previous }" },
);

const predicateSchema = z.strictObject(
  {
    kind: z.enum(["promotion", "change", "hot-fix", "rollback"], { error: "promotion, change, hot-fix or rollback" }),
    project: textSchema,
    stage: objectNameSchema,
    from: objectNameSchema.optional(),
    reason: textSchema,
    who: principalSchema,
    when: signedTimeSchema,
    source: z
      .strictObject({ version: z.int().min(0), time: textSchema, result: textSchema }, { error: "{ version, time, result }" })
      .optional(),
    restores: digestSchema.optional(),
    applications: z
      .record(objectNameSchema, transitionSchema, { error: "what it moves, by application" })
      .refine((applications) => Object.keys(applications).length > 0, { error: "at least one application" }),
  },
  { error: "a predicate" },
);

/** The shape of statement.json. */
export const statementSchema = z.strictObject(
  {
    _type: z.literal(STATEMENT_TYPE, { error: STATEMENT_TYPE }),
    subject: z.array(
      z.strictObject(
        {
          name: textSchema,
          digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: "64 hex" }) }, { error: "{ sha256 }" }),
        },
        { error: "{ name, digest: { sha256 } }" },
      ),
      { error: "a list of subjects" },
    ),
    predicateType: z.literal(PREDICATE_TYPE, { error: PREDICATE_TYPE }),
    predicate: predicateSchema,
  },
  { error: "an in-toto statement" },
);

export type StatementText = z.output<typeof statementSchema>;

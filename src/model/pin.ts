import { z } from "zod";
import { CHART_SCHEME } from "./pin-text.ts";
import { isPinned, parseReference, type PinnedReference } from "./reference.ts";

const IMAGE = "an image reference with tag and digest, name:tag@sha256:<64 hex>";
const CHART = "a chart reference with version and digest, oci://name:version@sha256:<64 hex>";
const pattern = (scheme: string): string => `^${scheme}[^@\\s]+/[^@\\s]+:[\\w][\\w.-]*@sha256:[0-9a-f]{64}$`;

const imageSchema = z
  .string({ error: IMAGE })
  .meta({ pattern: pattern(""), description: IMAGE })
  .transform((text, context) => toPinned(text, IMAGE, context));

const chartSchema = z
  .string({ error: CHART })
  .meta({ pattern: pattern(CHART_SCHEME), description: CHART })
  .transform((text, context) =>
    toPinned(text.startsWith(CHART_SCHEME) ? text.slice(CHART_SCHEME.length) : "", CHART, context),
  );

const level = z.int({ error: "a database level: a whole number from 0" }).min(0, { error: "a database level from 0" });

/** What an image says of the database levels it can live with (labels `lockstep.schema.*`). */
export const schemaFactsSchema = z
  .strictObject(
    {
      supports: z.strictObject({ min: level, max: level }, { error: "{ min, max }" }),
      migratesTo: level.optional(),
    },
    { error: "{ supports: { min, max }, migratesTo }" },
  )
  .refine(({ supports }) => supports.min <= supports.max, { error: "supports.min that is not above supports.max" })
  .refine(
    ({ supports, migratesTo }) =>
      migratesTo === undefined || (migratesTo >= supports.min && migratesTo <= supports.max),
    {
      error: "migratesTo inside supports: a version must live with the level it brings",
      path: ["migratesTo"],
    },
  );

export type SchemaFacts = z.output<typeof schemaFactsSchema>;

/** The exact version of one application in one stage. */
export const pinSchema = z.strictObject(
  {
    image: imageSchema,
    chart: chartSchema,
    revision: z
      .string({ error: "a commit, quoted" })
      .regex(/^[0-9a-f]{7,64}$/, { error: "a commit: 7 to 64 hexadecimal digits" })
      .optional(),
    created: z.iso.datetime({ offset: true, error: 'a time such as "2026-11-20T10:11:12Z"' }).optional(),
    schema: schemaFactsSchema.optional(),
  },
  { error: "a pin: { image, chart }" },
);

export type Pin = z.output<typeof pinSchema>;
/** As it stands in the file. */
export type PinText = z.input<typeof pinSchema>;

function toPinned(text: string, expected: string, context: z.RefinementCtx): PinnedReference {
  const parsed = parseReference(text);
  if (parsed.kind === "reference" && isPinned(parsed.reference)) return parsed.reference;
  context.addIssue({ code: "custom", message: expected });
  return z.NEVER;
}

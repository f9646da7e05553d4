import { z } from "zod";
import { objectNameSchema } from "../kubernetes-names.ts";
import { parseLeniently } from "../lenient-parse.ts";
import { accepted, refused, type Outcome, type Refusal } from "../refusal.ts";
import type { YamlSource } from "../yaml-source.ts";
import { ownerSchema, reasonSchema, stageNamesSchema } from "./entry-fields.ts";
import { timeSchema } from "./entry-fields.ts";

/** A rule of the policy pack that is set aside for one object of one application, for a time. */
export interface Exemption {
  readonly rule: string;
  readonly stages: readonly string[];
  readonly application: string;
  /** `<Kind>/<name>` of an object, or absent for all of the application's. */
  readonly object: string | undefined;
  readonly owner: string;
  readonly reason: string;
  readonly expiresMs: number;
}

const RULE = "the id of a rule, such as workload-probes";
const OBJECT = "<Kind>/<name> of an object, such as Deployment/portal";
const MAX_EXEMPTIONS = 5000;

const exemptionSchema = z
  .strictObject(
    {
      rule: z.string({ error: RULE }).regex(/^[a-z][a-z0-9-]{0,60}$/, { error: RULE }),
      stages: stageNamesSchema,
      application: objectNameSchema,
      object: z
        .string({ error: OBJECT })
        .regex(/^[A-Z][A-Za-z0-9]{0,62}\/[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, { error: OBJECT })
        .optional(),
      owner: ownerSchema,
      reason: reasonSchema,
      expires: timeSchema,
    },
    { error: "an exemption: { rule, stages, application, owner, reason, expires }" },
  )
  .transform(({ rule, stages, application, object, owner, reason, expires }): Exemption => ({
    rule,
    stages,
    application,
    object,
    owner,
    reason,
    expiresMs: expires,
  }));

const exemptionsSchema = z.strictObject(
  {
    exemptions: z
      .array(exemptionSchema, { error: "a list of exemptions" })
      .max(MAX_EXEMPTIONS, { error: `at most ${MAX_EXEMPTIONS} exemptions` })
      .default([]),
  },
  { error: "exemptions: a list of exemptions" },
);

/** Parses exemptions.yaml. Which rules can be exempted where is the pack's to say. */
export function parseExemptions(source: YamlSource): Outcome<readonly Exemption[]> {
  const { value, refusals } = parseLeniently(exemptionsSchema, source.tree, source, []);
  if (value === undefined || refusals.length > 0) return refused(refusals);
  const reasons = refuseDuplicates(source, value.exemptions);
  return reasons.length > 0 ? refused(reasons) : accepted(value.exemptions);
}

function refuseDuplicates(source: YamlSource, exemptions: readonly Exemption[]): Refusal[] {
  const seen = new Set<string>();
  return exemptions.flatMap(({ rule, application, object }, index) => {
    const key = JSON.stringify([rule, application, object ?? null]);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      {
        code: "duplicate-exemption",
        place: source.placeOf(["exemptions", index]),
        found: `${rule} for ${object ?? "all objects"} of ${application}, a second time`,
        expected: "one exemption with all its stages and one expiry",
        action: "join the two entries",
      },
    ];
  });
}

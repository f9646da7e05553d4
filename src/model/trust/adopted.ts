import { z } from "zod";
import type { Digest } from "../digest.ts";
import { isRecord } from "../json.ts";
import { parseLeniently } from "../lenient-parse.ts";
import { nameOf, parseReference, type Reference } from "../reference.ts";
import { accepted, refusalsOf, refused, type Outcome, type Refusal } from "../refusal.ts";
import type { YamlSource } from "../yaml-source.ts";
import { countsFor, ownerSchema, reasonSchema, stageNamesSchema } from "./entry-fields.ts";

/** A third-party image or chart that is accepted by its digest, without a signature. */
export interface Adoption {
  readonly kind: "image" | "chart";
  /** `registry/repository`, without tag and digest. */
  readonly name: string;
  readonly digest: Digest;
  readonly owner: string;
  readonly reason: string;
  /** Names of stages, or `*` alone for all. */
  readonly stages: readonly string[];
}

const REFERENCE = "registry/repository@sha256:<64 hex>, with the tag before it or not";
const MAX_ENTRIES = 5000;

const referenceSchema = z.string({ error: REFERENCE }).transform((text, context) => {
  const parsed = parseReference(text.replace(/^oci:\/\//, ""));
  const digest = parsed.kind === "reference" ? parsed.reference.digest : undefined;
  if (parsed.kind === "reference" && digest !== undefined) return { name: nameOf(parsed.reference), digest };
  context.addIssue({ code: "custom", message: REFERENCE, input: text });
  return z.NEVER;
});

const who = { owner: ownerSchema, reason: reasonSchema, stages: stageNamesSchema };
const imageSchema = z
  .strictObject({ image: referenceSchema, ...who })
  .transform(({ image, ...rest }): Adoption => ({ kind: "image", ...image, ...rest }));
const chartSchema = z
  .strictObject({ chart: referenceSchema, ...who })
  .transform(({ chart, ...rest }): Adoption => ({ kind: "chart", ...chart, ...rest }));

const ADOPTION = "an adoption: { image or chart, owner, reason, stages }";
const listSchema = z.strictObject(
  { adopted: z.array(z.unknown(), { error: "a list of adoptions" }).max(MAX_ENTRIES).default([]) },
  { error: "adopted: a list of adoptions" },
);

/** Parses adopted.yaml. */
export function parseAdopted(source: YamlSource): Outcome<readonly Adoption[]> {
  const { value, refusals } = parseLeniently(listSchema, source.tree, source, []);
  if (value === undefined || refusals.length > 0) return refused(refusals);
  const entries = value.adopted.map((entry, index) => parseEntry(source, entry, index));
  const adoptions = entries.flatMap((entry) => (entry.kind === "accepted" ? [entry.value] : []));
  const reasons = entries.flatMap((entry) => refusalsOf(entry));
  // Indices are the file's only where nothing was left out.
  if (reasons.length === 0) reasons.push(...refuseDuplicates(source, adoptions));
  return reasons.length > 0 ? refused(reasons) : accepted(adoptions);
}

/** Whether an image or a chart is accepted by its digest in a stage. */
export function isAdoptedIn(
  adopted: readonly Adoption[],
  stage: string,
  kind: Adoption["kind"],
  reference: Reference,
): boolean {
  return adopted.some(
    (adoption) =>
      adoption.kind === kind &&
      adoption.digest === reference.digest &&
      adoption.name === nameOf(reference) &&
      countsFor(adoption.stages, stage),
  );
}

/** A union of the two would only say that neither fits. */
function parseEntry(source: YamlSource, entry: unknown, index: number): Outcome<Adoption> {
  const path = ["adopted", index];
  if (!isRecord(entry)) {
    const place = source.placeOf(path);
    return refused([{ code: "invalid-value", place, found: "no mapping", expected: ADOPTION, action: "correct it" }]);
  }
  const schema = "chart" in entry ? chartSchema : imageSchema;
  const { value, refusals } = parseLeniently<z.ZodType<Adoption>>(schema, entry, source, path);
  return value === undefined || refusals.length > 0 ? refused(refusals) : accepted(value);
}

function refuseDuplicates(source: YamlSource, adoptions: readonly Adoption[]): Refusal[] {
  const seen = new Set<string>();
  return adoptions.flatMap(({ kind, name, digest }, index) => {
    const key = `${kind} ${name}@${digest}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      {
        code: "duplicate-adoption",
        place: source.placeOf(["adopted", index]),
        found: `${key}, a second time`,
        expected: "every image and chart once, with all its stages",
        action: "join the two entries",
      },
    ];
  });
}

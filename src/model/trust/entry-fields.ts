import { z } from "zod";
import { objectNameSchema } from "../kubernetes-names.ts";

/** What entries of several trust files have in common: for which stages, who answers for it, why, when. */

export const EVERY_STAGE = "*";
const STAGES = 'names of stages, each once, or ["*"] alone for all of them';
const TIME = "a time with its zone, such as 2026-11-20T10:00:00Z";

/** The stages that an entry counts for. */
export const stageNamesSchema = z.union(
  [
    z.tuple([z.literal(EVERY_STAGE)]),
    z
      .array(objectNameSchema)
      .min(1)
      .refine((names) => new Set(names).size === names.length),
  ],
  { error: STAGES },
);

/** Whether an entry counts for a stage. */
export function countsFor(stages: readonly string[], stage: string): boolean {
  return stages.includes(EVERY_STAGE) || stages.includes(stage);
}

export const ownerSchema = z
  .string({ error: "who answers for it" })
  .trim()
  .min(1, { error: "who answers for it" })
  .max(200);

export const reasonSchema = z.string({ error: "why" }).trim().min(1, { error: "why" }).max(2000);

/** ISO 8601 with zone, to the second or finer; read as milliseconds since the epoch. */
export const timeSchema = z.iso
  .datetime({ offset: true, error: TIME })
  .transform((text) => Date.parse(text))
  .refine((ms) => Number.isFinite(ms), { error: TIME });

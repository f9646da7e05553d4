import { z } from "zod";
import { objectNameSchema } from "../kubernetes-names.ts";

export const EVERY_STAGE = "*";
const EXPECTED = 'names of stages, each once, or ["*"] alone for all of them';

/** The stages that an entry of a trust file counts for. */
export const stageNamesSchema = z.union(
  [
    z.tuple([z.literal(EVERY_STAGE)]),
    z
      .array(objectNameSchema)
      .min(1)
      .refine((names) => new Set(names).size === names.length),
  ],
  { error: EXPECTED },
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

import { z } from "zod";

const EXPECTED = "a time with its zone, such as 2026-11-20T10:00:00Z";

/** ISO 8601 with zone, to the second or finer; read as milliseconds since the epoch. */
export const timeSchema = z.iso
  .datetime({ offset: true, error: EXPECTED })
  .transform((text) => Date.parse(text))
  .refine((ms) => Number.isFinite(ms), { error: EXPECTED });

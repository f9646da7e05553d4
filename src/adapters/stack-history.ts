import { z } from "zod";
import type { StackUpdate, WrittenPin } from "../model/deployed-stage.ts";
import { accepted, type Outcome } from "../model/refusal.ts";
import { askEngine } from "./engine.ts";

export interface HistoryQuestion {
  readonly stage: string;
  /** Whether these, the newest of all, say all that is asked for. */
  readonly enough: (updates: readonly StackUpdate[]) => boolean;
  readonly signal?: AbortSignal;
}

/** An entry has the whole configuration: more than a megabyte where a stage has a thousand applications. */
const PAGE_SIZE = 5;
const MAX_PAGES = 200;

const writtenPinSchema = z.object({ image: z.string(), chart: z.string() });
const configSchema = z.object({ objectValue: z.unknown(), value: z.string().optional() });

const entrySchema = z
  .object({
    version: z.number(),
    kind: z.string(),
    startTime: z.string(),
    endTime: z.string().optional(),
    result: z.string(),
    environment: z.record(z.string(), z.string()).nullish(),
    config: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform(({ version, kind, startTime, endTime, result, environment, config }, context): StackUpdate => {
    const [startMs, endMs] = [Date.parse(startTime), endTime === undefined ? undefined : Date.parse(endTime)];
    if (Number.isNaN(startMs) || Number.isNaN(endMs)) context.addIssue({ code: "custom", message: "a time" });
    return {
      ...{ version, kind, result: toResult(result), startTime, startMs, endMs },
      partial: Object.keys(environment ?? {}).some((name) => ONLY_A_PART.test(name)),
      pins: toPins(config?.["lockstep:pins"]),
    };
  });

/** The engine writes down the flags of an update, and those that the environment set. */
const ONLY_A_PART = /^pulumi\.(?:flag\.|env\.PULUMI_OPTION_)(?:target|exclude)/i;

/**
 * The updates of a stage's stack, the newest first, read until there are enough. Secrets, and the settings with them,
 * are withheld by the engine: nobody's passphrase is needed.
 */
export async function readStackHistory(question: HistoryQuestion): Promise<Outcome<readonly StackUpdate[]>> {
  const { stage, enough, signal } = question;
  const updates: StackUpdate[] = [];
  // An update that ends meanwhile moves the others on by one: that one is read twice then, and none is left out.
  for (let page = 1; page <= MAX_PAGES; page++) {
    const flags = ["--show-secrets=false", "--page-size", String(PAGE_SIZE), "--page", String(page)];
    const read = await askEngine(stage, ["stack", "history", ...flags], z.array(entrySchema), signal);
    if (read.kind === "refused") return read;
    updates.push(...read.value);
    if (read.value.length < PAGE_SIZE || enough(updates)) break;
  }
  return accepted(updates);
}

/** What is not known to have succeeded has not. */
function toResult(result: string): StackUpdate["result"] {
  if (result === "succeeded") return "succeeded";
  return result === "in-progress" || result === "not-started" ? "in-progress" : "failed";
}

/** Pins that cannot be read are nobody's: no version is proven by them. */
function toPins(written: unknown): ReadonlyMap<string, WrittenPin> {
  const config = configSchema.safeParse(written);
  const pins = z.record(z.string(), z.unknown()).safeParse(config.data?.objectValue ?? parseJson(config.data?.value));
  return new Map(
    Object.entries(pins.data ?? {}).flatMap(([name, pin]) => {
      const parsed = writtenPinSchema.safeParse(pin);
      return parsed.success ? [[name, parsed.data] as const] : [];
    }),
  );
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

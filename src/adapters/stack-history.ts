import { z } from "zod";
import type { StackUpdate, WrittenPin } from "../model/deployed-stage.ts";
import { pinSchema, type Pin } from "../model/pin.ts";
import { accepted, andThen, type Outcome } from "../model/refusal.ts";
import { readUpdateRecord } from "./engine-run/update-record.ts";
import { askEngine } from "./engine.ts";
import { parseJson } from "./json-answer.ts";

export interface HistoryQuestion {
  readonly stage: string;
  /** Whether these, the newest of all, say all that is asked for. */
  readonly enough: (updates: readonly StackUpdate[]) => boolean;
  readonly signal?: AbortSignal;
}

/** An entry has the whole configuration: more than a megabyte where a stage has a thousand applications. */
const PAGE_SIZE = 5;
const MAX_PAGES = 200;
/** Where all of it is asked for anyway: each page costs a start of the engine. */
const WHOLE_PAGE_SIZE = 50;

const writtenPinSchema = z.object({ image: z.string(), chart: z.string() });
const levelSchema = z.int().min(0);
const configSchema = z.object({ objectValue: z.unknown().optional(), value: z.string().optional() });

const entrySchema = z
  .object({
    version: z.number(),
    kind: z.string(),
    startTime: z.string(),
    endTime: z.string().optional(),
    result: z.string(),
    message: z.string().default(""),
    environment: z.record(z.string(), z.string()).nullish(),
    config: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform(({ version, kind, startTime, endTime, result, message, environment, config }, context): StackUpdate => {
    const [startMs, endMs] = [Date.parse(startTime), endTime === undefined ? undefined : Date.parse(endTime)];
    if (Number.isNaN(startMs) || Number.isNaN(endMs)) context.addIssue({ code: "custom", message: "a time" });
    const known = environment ?? {};
    const pins = sectionOf(config?.["lockstep:pins"]);
    return {
      ...{ version, kind, result: toResult(result), startTime, startMs, endMs, message },
      ...{ head: known["git.head"], dirty: known["git.dirty"] === "true", record: readUpdateRecord(known) },
      partial: Object.keys(known).some((name) => ONLY_A_PART.test(name)),
      pins: readEach<WrittenPin>(pins, writtenPinSchema),
      wholePins: readEach<Pin>(pins, pinSchema),
      schemaLevels: readEach<number>(sectionOf(config?.["lockstep:schemaLevels"]), levelSchema),
    };
  });

/** The engine writes down the flags of an update, and those that the environment set. */
const ONLY_A_PART = /^pulumi\.(?:flag\.|env\.PULUMI_OPTION_)(?:target|exclude)/i;

/**
 * The updates of a stage's stack, the newest first, read until there are enough. Secrets, and the settings with them,
 * are withheld by the engine: nobody's passphrase is needed.
 */
export async function readStackHistory(question: HistoryQuestion): Promise<Outcome<readonly StackUpdate[]>> {
  return readPages(question, PAGE_SIZE);
}

/** All updates of a stage's stack, the newest first. Where the backend has no numbers, the oldest is 1. */
export async function readWholeHistory(stage: string, signal?: AbortSignal): Promise<Outcome<readonly StackUpdate[]>> {
  const question = { stage, enough: () => false, ...(signal === undefined ? {} : { signal }) };
  return andThen(await readPages(question, WHOLE_PAGE_SIZE), (updates) => {
    const read = withoutRepeated(updates);
    if (read.some(({ version }) => version !== 0)) return accepted(read);
    return accepted(read.map((update, index) => ({ ...update, version: read.length - index })));
  });
}

/** An update that ends meanwhile moves the others on by one: that one is read twice then, and none is left out. */
async function readPages(
  { stage, enough, signal }: HistoryQuestion,
  pageSize: number,
): Promise<Outcome<readonly StackUpdate[]>> {
  const updates: StackUpdate[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const flags = ["--show-secrets=false", "--page-size", String(pageSize), "--page", String(page)];
    const read = await askEngine(stage, ["stack", "history", ...flags], z.array(entrySchema), signal);
    if (read.kind === "refused") return read;
    updates.push(...read.value);
    if (read.value.length < pageSize || enough(updates)) break;
  }
  return accepted(updates);
}

/** Two updates of one stack do not run at once: they began at different times, or are the same. */
function withoutRepeated(updates: readonly StackUpdate[]): readonly StackUpdate[] {
  const keyOf = ({ version, kind, startMs, endMs }: StackUpdate) => JSON.stringify([version, kind, startMs, endMs]);
  return [...new Map(updates.map((update) => [keyOf(update), update])).values()];
}

/** What is not known to have succeeded has not. */
function toResult(result: string): StackUpdate["result"] {
  if (result === "succeeded") return "succeeded";
  return result === "in-progress" || result === "not-started" ? "in-progress" : "failed";
}

/** A section of the configuration, by application; empty where it is not there, or secret. */
function sectionOf(written: unknown): Readonly<Record<string, unknown>> {
  const config = configSchema.safeParse(written);
  const section = z.record(z.string(), z.unknown());
  return section.safeParse(config.data?.objectValue ?? parseJson(config.data?.value)).data ?? {};
}

/** What cannot be read is nobody's: no version is proven by it. */
function readEach<T>(section: Readonly<Record<string, unknown>>, schema: z.ZodType<T>): ReadonlyMap<string, T> {
  return new Map(
    Object.entries(section).flatMap(([name, value]) => {
      const parsed = schema.safeParse(value);
      return parsed.success ? [[name, parsed.data] as const] : [];
    }),
  );
}

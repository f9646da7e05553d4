import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { EngineEvent } from "../model/engine-events.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";

const names = z.array(z.string()).nullish();

const policySchema = z.object({
  resourceUrn: z.string().optional(),
  message: z.string(),
  policyName: z.string(),
  policyPackName: z.string(),
  enforcementLevel: z.string(),
});

const judgedSchema = z.object({
  resourceUrn: z.string().optional(),
  policyPackName: z.string(),
  passed: names,
  failed: names,
});

const eventSchema = z.object({
  sequence: z.number(),
  resourcePreEvent: z.object({ metadata: z.object({ op: z.string(), urn: z.string() }) }).optional(),
  policyEvent: policySchema.optional(),
  policyAnalyzeSummaryEvent: judgedSchema.optional(),
  policyAnalyzeStackSummaryEvent: judgedSchema.optional(),
  diagnosticEvent: z.object({ urn: z.string().optional(), message: z.string(), severity: z.string() }).optional(),
  summaryEvent: z
    .object({
      isPreview: z.boolean(),
      result: z.string().default(""),
      // The engine's own spelling, of 3.259 and before; the other is what its documentation says.
      PolicyPacks: z.record(z.string(), z.string()).nullish(),
      policyPacks: z.record(z.string(), z.string()).nullish(),
    })
    .optional(),
});

/**
 * Reads what `pulumi preview|up --event-log FILE` wrote, one JSON object in a line. A line that is none, or an event of
 * a kind that matters here which looks different, refuses the whole: half a proof is none.
 */
export async function readEngineEvents(file: string): Promise<Outcome<readonly EngineEvent[]>> {
  const events: EngineEvent[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      number += 1;
      const event = parseLine(line);
      if (event.kind === "problem") return refused([unreadable(file, event.found, number)]);
      events.push(...event.events);
    }
  } catch (error) {
    return refused([unreadable(file, error instanceof Error ? error.message : String(error))]);
  }
  if (events.length === 0) return refused([unreadable(file, "no events")]);
  return accepted(events);
}

export type ParsedEvent =
  | { readonly kind: "events"; readonly events: readonly EngineEvent[] }
  | { readonly kind: "problem"; readonly found: string };

function parseLine(line: string): ParsedEvent {
  if (line === "") return { kind: "events", events: [] };
  try {
    return toEngineEvents(JSON.parse(line));
  } catch {
    return { kind: "problem", found: "a line that is no JSON: was the run cut off?" };
  }
}

/** One event, as the engine's log or the Automation API hand it over. */
export function toEngineEvents(tree: unknown): ParsedEvent {
  const parsed = eventSchema.safeParse(tree);
  if (parsed.success) return { kind: "events", events: toEvents(parsed.data) };
  // Not the line: the engine's events hold inputs of resources, and its debugging messages even plain secrets.
  const paths = parsed.error.issues.map(({ path }) => path.join("."));
  return { kind: "problem", found: `an event of another shape: ${paths.join(", ")}` };
}

function toEvents(event: z.output<typeof eventSchema>): readonly EngineEvent[] {
  const { resourcePreEvent, policyEvent, diagnosticEvent, summaryEvent } = event;
  const judged = [event.policyAnalyzeSummaryEvent, event.policyAnalyzeStackSummaryEvent];
  return [
    ...(resourcePreEvent === undefined
      ? []
      : [{ kind: "resource" as const, urn: resourcePreEvent.metadata.urn, operation: resourcePreEvent.metadata.op }]),
    ...(policyEvent === undefined ? [] : [toPolicy(policyEvent)]),
    ...judged.flatMap((one) => (one === undefined ? [] : [toJudged(one)])),
    ...(diagnosticEvent?.severity === "error"
      ? [{ kind: "error" as const, urn: diagnosticEvent.urn, message: diagnosticEvent.message }]
      : []),
    ...(summaryEvent === undefined ? [] : [toSummary(summaryEvent)]),
  ];
}

function toPolicy(event: z.output<typeof policySchema>): EngineEvent {
  const { policyPackName: pack, policyName: rule, resourceUrn, enforcementLevel: level, message } = event;
  return { kind: "policy", violation: { pack, rule, urn: resourceUrn, level, message } };
}

function toJudged({ policyPackName, resourceUrn, passed, failed }: z.output<typeof judgedSchema>): EngineEvent {
  return { kind: "judged", pack: policyPackName, urn: resourceUrn, rules: [...(passed ?? []), ...(failed ?? [])] };
}

function toSummary(event: NonNullable<z.output<typeof eventSchema>["summaryEvent"]>): EngineEvent {
  const packs = Object.keys(event.PolicyPacks ?? event.policyPacks ?? {});
  // `name|local|path` for a pack in a folder or a file.
  const packNames = packs.map((pack) => pack.split("|")[0] ?? "");
  return { kind: "summary", isPreview: event.isPreview, result: event.result, packs: packNames };
}

function unreadable(file: string, found: string, line?: number): Refusal {
  return {
    code: "unreadable-events",
    place: { file, ...(line === undefined ? {} : { line }) },
    found,
    expected: "the events of one run, one JSON object in a line",
    action: "PULUMI_DEBUG_COMMANDS=true pulumi preview --policy-pack … --event-log <file>",
  };
}

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Json } from "../model/json.ts";
import { accepted, refused, type Outcome } from "../model/refusal.ts";

/** A Kubernetes object as the program would have it. */
export interface RenderedObject {
  /** Namespace, kind and name: what tells it from every other. */
  readonly id: string;
  /** As it would be sent; secret values are hidden. */
  readonly object: Json;
}

const eventSchema = z.object({
  resourcePreEvent: z
    .object({ metadata: z.object({ type: z.string(), new: z.object({ inputs: z.json() }).nullish() }) })
    .optional(),
});

const objectSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string().optional(), namespace: z.string().optional() }),
});

/** Reads them from the events of a preview (`--event-log`): everything that the Kubernetes provider would make. */
export async function readRenderedObjects(file: string): Promise<Outcome<readonly RenderedObject[]>> {
  const objects: RenderedObject[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const object = line === "" ? undefined : toObject(JSON.parse(line));
      if (object !== undefined) objects.push(object);
    }
  } catch (error) {
    // Not its text: the engine's events may hold anything.
    const found = error instanceof SyntaxError ? "a line that is no JSON: was the run cut off?" : String(error);
    const expected = "the events of one preview, one JSON object in a line";
    return refused([{ code: "unreadable-events", place: { file }, found, expected, action: "try again" }]);
  }
  return accepted(objects.toSorted((left, right) => (left.id < right.id ? -1 : 1)));
}

function toObject(event: unknown): RenderedObject | undefined {
  const parsed = eventSchema.safeParse(event).data?.resourcePreEvent?.metadata;
  if (parsed?.type.startsWith("kubernetes:") !== true) return undefined;
  const inputs = parsed.new?.inputs;
  const object = objectSchema.safeParse(inputs).data;
  if (inputs === undefined || object === undefined) return undefined;
  const { kind, metadata } = object;
  return { id: `${metadata.namespace ?? "cluster"}/${kind}-${metadata.name ?? "unnamed"}`, object: inputs };
}

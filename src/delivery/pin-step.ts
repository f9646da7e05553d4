import type { Application } from "../model/application.ts";
import type { Json } from "../model/json.ts";
import type { Pin, SchemaFacts } from "../model/pin.ts";
import { renderPin } from "../model/pin-text.ts";
import type { Place, Refusal } from "../model/refusal.ts";
import type { StackFile } from "../model/stack-file.ts";
import type { YamlChange } from "../model/yaml-edit.ts";
import { levelAfter, refuseSchemaStep } from "./schema-barrier.ts";

export interface PinStepRequest {
  readonly application: Application;
  /** Of the stage that the pin is for. */
  readonly stackFile: Pick<StackFile, "pins" | "schemaLevels">;
  readonly after: Pin;
}

/** What another pin does to a stage: its stack file and its database. */
export interface PinStep {
  readonly before: Pin | undefined;
  readonly after: Pin;
  readonly levelBefore: number | undefined;
  readonly levelAfter: number | undefined;
  /** Empty where the stage has exactly this pin already. */
  readonly changes: readonly YamlChange[];
}

export function toPinStep(request: PinStepRequest): PinStep {
  const { application, stackFile, after } = request;
  const { name, migration } = application;
  const before = stackFile.pins.get(name);
  const levelBefore = stackFile.schemaLevels.get(name);
  const level = migration === undefined ? levelBefore : levelAfter({ level: levelBefore, wanted: after.schema });
  const changes: YamlChange[] = [];
  if (!isSamePin(before, after)) changes.push({ path: ["config", "lockstep:pins", name], value: toJson(after) });
  if (level !== undefined && level !== levelBefore) {
    changes.push({ path: ["config", "lockstep:schemaLevels", name], value: level });
  }
  return { before, after, levelBefore, levelAfter: level, changes };
}

export interface BarrierRequest extends Pick<PinStepRequest, "application" | "stackFile"> {
  /** What the version that is to come says of itself. */
  readonly wanted: SchemaFacts | undefined;
  readonly acceptDowntime: boolean;
  readonly place: Place;
}

/** What the schema barrier has against another pin. */
export function refusePinStep(request: BarrierRequest): readonly Refusal[] {
  const { application, stackFile, wanted, acceptDowntime, place } = request;
  const { name } = application;
  const [level, running] = [stackFile.schemaLevels.get(name), stackFile.pins.get(name)?.schema];
  return refuseSchemaStep({ application: name, level, running, wanted, acceptDowntime, place });
}

/** In everything that a pin says, what the image says of itself included. */
export function isSamePin(left: Pin | undefined, right: Pin | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return JSON.stringify(toJson(left)) === JSON.stringify(toJson(right));
}

/** As it is to stand in the file. */
function toJson(pin: Pin): Json {
  const { image, chart, revision, created, schema } = renderPin(pin);
  return {
    image,
    chart,
    ...(revision === undefined ? {} : { revision }),
    ...(created === undefined ? {} : { created }),
    ...(schema === undefined ? {} : { schema: { supports: { ...schema.supports }, ...levelFact(schema.migratesTo) } }),
  };
}

function levelFact(migratesTo: number | undefined): { migratesTo?: number } {
  return migratesTo === undefined ? {} : { migratesTo };
}

import struct, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import { unknownStringValue } from "../../../policy/engine/unknown-values.ts";

/** A value that a preview does not know yet, as the engine sends it. */
export const unknown: string = unknownStringValue;

/** A value marked secret, as the engine sends it. */
export function secret(value: unknown): Readonly<Record<string, unknown>> {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

/** Properties as the engine packs them. */
export function toStruct(props: Readonly<Record<string, unknown>>): Struct {
  // What cannot be sent as JSON has no place in a test either.
  return struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(props)) as Record<string, JavaScriptValue>);
}

import type { Digest } from "../digest.ts";
import type { JsonObject } from "../json.ts";

/** The desired state of an application in a stage; its digest is the SHA-256 of its canonical JSON. */
export interface DesiredState {
  readonly digest: Digest;
  readonly state: JsonObject;
}

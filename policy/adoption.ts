import type { DigestReference } from "../src/adapters/registry/registry-client.ts";
import { nameOf } from "../src/model/reference.ts";
import type { Adoption } from "../src/model/trust/adopted.ts";
import type { StageContext } from "./stage-context.ts";

const EVERY_STAGE = "*";

/** Whether the trust root accepts an image or a chart by its digest, for this stage. */
export function isAdopted(reference: DigestReference, kind: Adoption["kind"], { trust, stage }: StageContext): boolean {
  return trust.adopted.some(
    (adoption) =>
      adoption.kind === kind &&
      adoption.digest === reference.digest &&
      adoption.name === nameOf(reference) &&
      (adoption.stages.includes(stage) || adoption.stages.includes(EVERY_STAGE)),
  );
}

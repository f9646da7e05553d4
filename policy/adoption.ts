import type { DigestReference } from "../src/adapters/registry/registry-client.ts";
import { isAdoptedIn, type Adoption } from "../src/model/trust/adopted.ts";
import type { StageContext } from "./stage-context.ts";

/** Whether the trust root accepts an image or a chart by its digest, for this stage. */
export function isAdopted(reference: DigestReference, kind: Adoption["kind"], { trust, stage }: StageContext): boolean {
  return isAdoptedIn(trust.adopted, stage, kind, reference);
}

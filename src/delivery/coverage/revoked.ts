import { hexOf } from "../../model/digest.ts";
import type { Place, Refusal } from "../../model/refusal.ts";
import { renderPin } from "../../model/pin.ts";
import type { StageApplication } from "../../model/stage.ts";
import type { Revocations } from "../../model/trust/revocations.ts";

/**
 * Applications that would run a revoked image or chart, in their pin or anywhere in the values of their chart. Asked in
 * every stage.
 */
export function refuseRevoked(
  applications: readonly StageApplication[],
  { digests }: Pick<Revocations, "digests">,
  placeOf: (application: string) => Place,
): readonly Refusal[] {
  if (digests.length === 0) return [];
  return applications.flatMap(({ application: { name }, pin, values }) => {
    const text = JSON.stringify([renderPin(pin), values]);
    return digests
      .filter(({ digest }) => text.includes(hexOf(digest)))
      .map(({ digest, reason }) => ({
        code: "revoked-digest",
        place: placeOf(name),
        found: `${digest}, which was revoked: ${reason}`,
        expected: "images and charts that count",
        action: `move ${name} to a version that was not revoked`,
      }));
  });
}

import { hexOf } from "../../model/digest.ts";
import type { Place, Refusal } from "../../model/refusal.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { StageApplication } from "../../model/stage.ts";
import { refuseRevoked } from "../../model/trusted-signers.ts";
import type { Revocations } from "../../model/trust/revocations.ts";

/**
 * Applications that would run a revoked image or chart, in their pin or anywhere in the values of their chart. Asked in
 * every stage.
 */
export function refuseRevokedVersions(
  applications: readonly StageApplication[],
  revocations: Pick<Revocations, "digests">,
  placeOf: (application: string) => Place,
): readonly Refusal[] {
  const { digests } = revocations;
  if (digests.length === 0) return [];
  return applications.flatMap(({ application: { name }, pin, values }) => {
    const text = JSON.stringify([renderPin(pin), values]);
    return digests
      .filter(({ digest }) => text.includes(hexOf(digest)))
      .flatMap(({ digest }) => refuseRevoked(revocations, digest, placeOf(name)));
  });
}

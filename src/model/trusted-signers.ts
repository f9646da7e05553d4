import type { Digest } from "./digest.ts";
import type { ImageIdentity, ImageKey } from "./image-keys.ts";
import { keysFor } from "./signer-reach.ts";
import type { Revocations } from "./trust/revocations.ts";
import type { Trust } from "./trust/trust.ts";
import type { Place, Refusal } from "./refusal.ts";

/** What of the trust folder signatures of images and charts are judged by. */
export type SignerTrust = Pick<Trust, "imageKeys" | "trustedRoot" | "revocations">;

/** The signers that count for one stage and one repository. */
export interface TrustedSigners {
  readonly keys: readonly ImageKey[];
  readonly identities: readonly ImageIdentity[];
  readonly trustedRoot: string | undefined;
}

/**
 * The keys and identities that count, without revoked keys. A key that `left` counts as little as a compromised one:
 * a signature by a key carries no time that anybody attests, so nothing shows that it was made before. What the key
 * signed and still runs is signed anew or adopted by digest.
 * @param repositoryName `registry/repository`, without tag and digest
 */
export function trustedSigners(trust: SignerTrust, stage: string, repositoryName: string): TrustedSigners {
  const revoked = new Set(trust.revocations.keys.map(({ fingerprint }) => fingerprint.toLowerCase()));
  const { keys, identities } = trust.imageKeys;
  return {
    keys: keysFor(keys, stage, repositoryName).filter(({ fingerprint }) => !revoked.has(fingerprint)),
    identities: keysFor(identities, stage, repositoryName),
    trustedRoot: trust.trustedRoot,
  };
}

/** Why an image or a chart does not count whoever signed or adopted it; empty where it is not revoked. */
export function refuseRevoked(
  { digests }: Pick<Revocations, "digests">,
  digest: Digest,
  place: Place,
): readonly Refusal[] {
  return digests
    .filter((revoked) => revoked.digest === digest)
    .map(({ reason }) => ({
      code: "revoked-digest",
      place,
      found: `${digest} is revoked: ${reason}`,
      expected: "a version that is not listed in revoked.yaml in the trust folder",
      action: "take another version",
    }));
}

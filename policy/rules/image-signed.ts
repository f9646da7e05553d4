import { refuseRevoked } from "../../src/model/trusted-signers.ts";
import { isAdopted } from "../adoption.ts";
import { digestReference, findImages, type ImageUse } from "../kubernetes/image-finder.ts";
import { toViolation } from "../refusal-violation.ts";
import type { Rule, Violation } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";

/** An image without a digest cannot be asked about: image-pinned refuses it. */
export const imageSigned: Rule = {
  id: "image-signed",
  title: "every image is signed by a key or identity that counts for the stage and the repository",
  why: "a digest says that it is always the same image, not whose it is",
  fix: "ask its supplier to sign it, or have it adopted by digest in adopted.yaml in the trust folder",
  level: "mandatory",
  exemptible: false,
  check: async (resource, context) => {
    const judged = await Promise.all(findImages(resource, context).map((use) => refuseImage(use, context)));
    return judged.flat();
  },
};

async function refuseImage({ path, value }: ImageUse, context: StageContext): Promise<readonly Violation[]> {
  const image = digestReference(value);
  if (image === undefined) return [];
  const revoked = refuseRevoked(context.trust.revocations, image.digest, {});
  const unsigned = isAdopted(image, "image", context) ? [] : await context.refuseSignature(image, "image");
  return [...revoked, ...unsigned].map((refusal) => toViolation(refusal, path));
}

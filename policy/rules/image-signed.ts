import { renderReference } from "../../src/model/reference.ts";
import { refuseRevoked } from "../../src/model/trusted-signers.ts";
import { isAdopted } from "../adoption.ts";
import { digestReference, findImages, type ImageUse } from "../kubernetes/image-finder.ts";
import { toViolation } from "../refusal-violation.ts";
import { findApplication } from "../stage-application.ts";
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
    // The pin is asked about at the application: nothing of it is made before the answer.
    const pin = findApplication(resource, context)?.pin.image;
    const uses = [
      ...(pin === undefined ? [] : [{ path: "image", value: renderReference(pin) }]),
      ...findImages(resource, context),
    ];
    const judged = await Promise.all(uses.map((use) => refuseImage(use, context)));
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

import type { DigestReference } from "../../src/adapters/registry/registry-client.ts";
import { nameOf, renderReference } from "../../src/model/reference.ts";
import { isAdopted } from "../adoption.ts";
import { shown } from "../kubernetes/fields.ts";
import { digestReference, findImages } from "../kubernetes/image-finder.ts";
import type { JudgedResource, Rule } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";
import { applicationOf } from "../urn.ts";

export const imageKnown: Rule = {
  id: "image-known",
  title: "every image is the pin of its application, or adopted in the trust root",
  why: "an image that nobody pinned was promoted and approved by nobody",
  fix: "pin it (npm run pin), or have it adopted by digest in adopted.yaml in the trust folder",
  level: "mandatory",
  exemptible: false,
  check: (resource, context) => {
    const pinned = pinnedImages(resource, context);
    return findImages(resource, context)
      .filter(({ value }) => !isKnown(digestReference(value), pinned, context))
      .map(({ path, value }) => ({
        path,
        found: shown(value),
        expected: ["an adopted image, or", ...pinned.map(renderReference)].join("\n"),
      }));
  },
};

/** Of the application that an object belongs to; what belongs to none may use each of the stage. */
function pinnedImages(resource: JudgedResource, { loaded }: StageContext): readonly DigestReference[] {
  const name = applicationOf(resource);
  return loaded.stage.applications
    .filter(({ application }) => name === undefined || application.name === name)
    .map(({ pin }) => pin.image);
}

function isKnown(
  image: DigestReference | undefined,
  pinned: readonly DigestReference[],
  context: StageContext,
): boolean {
  if (image === undefined) return false;
  const isPinned = pinned.some((pin) => pin.digest === image.digest && nameOf(pin) === nameOf(image));
  return isPinned || isAdopted(image, "image", context);
}

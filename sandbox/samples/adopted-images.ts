import { nameOf } from "../../src/model/reference.ts";
import { subchartImages } from "./applications.ts";
import { referenceOf } from "./artefacts.ts";
import { imageOf } from "./image.ts";

/** The images that no application pins, by digest: what runs of them is let in as third-party images are. */
export function adoptedImages(registry: string): readonly string[] {
  return subchartImages.flatMap((image) =>
    image.versions.map((version) => {
      const reference = referenceOf(registry, imageOf(image, version));
      return `${nameOf(reference)}@${reference.digest}`;
    }),
  );
}

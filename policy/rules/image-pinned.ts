import { shown } from "../kubernetes/fields.ts";
import { digestReference, findImages } from "../kubernetes/image-finder.ts";
import type { Rule } from "../rule.ts";

export const imagePinned: Rule = {
  id: "image-pinned",
  title: "every image is named by its digest",
  why: "a tag can be moved: what runs tomorrow would be something else than what was approved",
  fix: "let the chart render the pin's reference: registry/repository:tag@sha256:<64 hex>",
  level: "mandatory",
  exemptible: false,
  check: (resource, context) =>
    findImages(resource, context)
      .filter(({ value }) => digestReference(value) === undefined)
      .map(({ path, value }) => ({
        path,
        found: shown(value),
        expected: "registry/repository:tag@sha256:<64 hex>, the registry written out",
      })),
};

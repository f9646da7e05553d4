import type { AdmissionList } from "./admission.ts";

/** Of the object that holds a namespace's list. */
export const LIST_ANNOTATION = "lockstep.dev/images";

/**
 * A line for each image, its digest first: policies compare how a line begins, so that no image's name can pass for
 * the digest of another.
 */
export function renderList(digests: AdmissionList["digests"]): string {
  return [...digests].map(([digest, text]) => `${digest} ${text}`).join("\n");
}

import { loadStackFile, readUnverifiedStages } from "../../adapters/stage-loader.ts";
import { isDigest, type Digest } from "../../model/digest.ts";
import { nameOf, parseReference } from "../../model/reference.ts";
import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import type { Pin } from "../../model/pin.ts";

/** Of the version that --image names, and the one application that it is of; undefined where nobody named one. */
export interface HeldImage {
  readonly application: string;
  readonly image: Digest;
}

/** What --image says: a digest, or a reference that has one. Another is refused with the digest that the stages know. */
export async function readHeldImage(
  text: string | undefined,
  applications: readonly string[],
): Promise<Outcome<HeldImage | undefined>> {
  if (text === undefined) return accepted(undefined);
  const [application, ...others] = new Set(applications);
  if (application === undefined || others.length > 0) return refused([refuseCount(applications)]);
  const image = digestIn(text);
  if (image !== undefined) return accepted({ application, image });
  return refused([refuseNoDigest(text, application, await readPins(application))]);
}

/** The digest in what somebody typed; undefined where there is none. */
export function digestIn(text: string): Digest | undefined {
  if (isDigest(text)) return text;
  const parsed = parseReference(text);
  return parsed.kind === "reference" ? parsed.reference.digest : undefined;
}

/** @param pins of the application, in any stage */
export function refuseNoDigest(text: string, application: string, pins: readonly Pick<Pin, "image">[]): Refusal {
  const known = pins.filter(({ image }) => text === image.tag || text === `${nameOf(image)}:${image.tag}`);
  const digests = [...new Set(known.map(({ image }) => image.digest))];
  return {
    code: "no-digest",
    place: { path: "--image" },
    found: text === "" ? "nothing" : text,
    expected: `the image of a version of ${application} by digest: sha256:<64 hex>, or name:tag@sha256:<64 hex>`,
    action:
      digests.length === 0
        ? `npm run -s status -- --application ${application} --json has the digests of what is pinned`
        : digests.map((digest) => `--image ${digest}`).join(", or "),
  };
}

function refuseCount(applications: readonly string[]): Refusal {
  return {
    code: "one-application",
    place: { path: "--image" },
    found: applications.length === 0 ? "no application" : applications.join(" "),
    expected: "one application: an image is of one",
    action: "name the application that the image is of, and no other",
  };
}

/** Of all stages; what cannot be read suggests nothing. */
async function readPins(application: string): Promise<readonly Pin[]> {
  const stages = await readUnverifiedStages();
  if (stages.kind === "refused") return [];
  const files = await Promise.all([...stages.value.keys()].map((name) => loadStackFile(name)));
  return files.flatMap((file) => {
    const pin = file.kind === "accepted" ? parseStackFile(file.value).stackFile.pins.get(application) : undefined;
    return pin === undefined ? [] : [pin];
  });
}

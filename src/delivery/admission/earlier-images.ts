import type { DepartedImage } from "../../model/admission.ts";
import { parseReference, type PinnedReference } from "../../model/reference.ts";
import type { Stage } from "../../model/stage.ts";

/** An application as the stage's last update left it; what an earlier program did not write down is undefined. */
export interface DeployedImage {
  readonly name: string;
  /** Its image reference. */
  readonly image: string;
  /** The image that it ran before that one. */
  readonly previousImage: string | undefined;
  /** Its namespace in the cluster. */
  readonly namespace: string | undefined;
}

/**
 * The image that each application ran before the one that it is to run. The same in every update that changes nothing,
 * so that such an update has nothing to do.
 */
export function previousImages(
  { applications }: Pick<Stage, "applications">,
  deployed: readonly DeployedImage[],
): ReadonlyMap<string, string> {
  const before = new Map(deployed.map((one) => [one.name, one]));
  return new Map(
    applications.flatMap(({ application: { name }, pin }) => {
      const found = before.get(name);
      const previous = found !== undefined && sameDigest(pin.image, found.image) ? found.previousImage : found?.image;
      return previous === undefined || previous === "" ? [] : [[name, previous] as const];
    }),
  );
}

/**
 * The images of applications that leave their namespace in this update: their objects go last, so that until then
 * their pods must be able to come back. They are remembered until an update changes an image or a namespace.
 */
export function departedImages(
  { applications }: Pick<Stage, "applications">,
  deployed: readonly DeployedImage[],
  rememberedBefore: readonly DepartedImage[],
): readonly DepartedImage[] {
  const wanted = new Map(applications.map((one) => [one.application.name, one]));
  const before = new Map(deployed.map((one) => [one.name, one]));
  const leaving = deployed.flatMap(({ name, namespace, image }) => {
    if (namespace === undefined || wanted.get(name)?.namespace === namespace) return [];
    return [{ namespace, image }];
  });
  const changed = applications.some(({ application, pin, namespace }) => {
    const found = before.get(application.name);
    return found?.namespace !== namespace || !sameDigest(pin.image, found.image);
  });
  return leaving.length > 0 || changed ? leaving : rememberedBefore;
}

function sameDigest({ digest }: PinnedReference, image: string): boolean {
  const parsed = parseReference(image);
  return parsed.kind === "reference" && parsed.reference.digest === digest;
}

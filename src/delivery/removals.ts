import type { Catalogue } from "../model/catalogue.ts";
import { parseReference } from "../model/reference.ts";
import type { Place, Refusal } from "../model/refusal.ts";
import type { Stage } from "../model/stage.ts";

interface Deployed {
  readonly name: string;
  /** The image reference that runs now. */
  readonly image: string;
}

/**
 * A pin that was there and is not any more was lost, in a merge or by hand: an application leaves a stage by being
 * disabled, or by leaving the catalogue.
 */
export function refuseLostPins(
  deployed: readonly Deployed[],
  { absent, name: stage }: Pick<Stage, "absent" | "name">,
  placeOf: (application: string) => Place,
): readonly Refusal[] {
  return deployed
    .filter(({ name }) => absent.get(name) === "not pinned")
    .map(({ name, image }) => ({
      code: "lost-pin",
      place: placeOf(name),
      found: `no pin of ${name}, which runs in ${stage}`,
      expected: `a pin, such as the one that runs: ${image}`,
      action: `bring the pin back (git log -p shows it); to remove ${name}, set enabled: false under lockstep:settings.${name}`,
    }));
}

/** One line for each application that runs now and will not after this update, so that no removal is silent. */
export function describeRemovals(
  deployed: readonly Deployed[],
  { stage, catalogue }: { readonly stage: Stage; readonly catalogue: Catalogue },
): readonly string[] {
  const wanted = new Set(stage.applications.map(({ application }) => application.name));
  return deployed
    .filter(({ name }) => !wanted.has(name))
    .map(({ name, image }) => {
      const successor = findSuccessor(name, image, stage, deployed);
      if (successor !== undefined) {
        return `${name} was renamed to ${successor}: objects are named after their application, so all objects of ${name} are deleted and those of ${successor} are created`;
      }
      return `${name} ${reason(name, stage, catalogue)}: all its objects in ${stage.name} are deleted`;
    });
}

/** The application that says so, else one that is new and runs the same repository's image. */
function findSuccessor(name: string, image: string, stage: Stage, deployed: readonly Deployed[]): string | undefined {
  const before = new Set(deployed.map((application) => application.name));
  const declared = stage.applications.find(({ application }) => application.formerly === name);
  const parsed = parseReference(image);
  const alike = stage.applications.find(
    ({ application, pin }) =>
      !before.has(application.name) &&
      parsed.kind === "reference" &&
      pin.image.registry === parsed.reference.registry &&
      pin.image.repository === parsed.reference.repository,
  );
  return (declared ?? alike)?.application.name;
}

function reason(name: string, stage: Stage, catalogue: Catalogue): string {
  return catalogue.has(name) ? `is ${stage.absent.get(name) ?? "absent"}` : "is no longer in the catalogue";
}

import type { DigestReference } from "../../src/adapters/registry/registry-client.ts";
import { parseReference } from "../../src/model/reference.ts";
import type { CustomResourceKind } from "../../src/model/custom-resource.ts";
import type { JudgedResource } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";
import { applicationOf } from "../urn.ts";
import { containersOf } from "./containers.ts";
import { at } from "./fields.ts";
import { valuesAt } from "./image-path.ts";
import { knownKind } from "./kinds.ts";
import { findImageVolumes, findPods } from "./pod-finder.ts";

/** An image that an object names. */
export interface ImageUse {
  readonly path: string;
  /** As it stands there: anything. */
  readonly value: unknown;
}

/** Every image of an object: of its containers, its image volumes, and where the catalogue says that its kind names some. */
export function findImages(resource: JudgedResource, context: StageContext): readonly ImageUse[] {
  const ofContainers = findPods(resource).flatMap((pod) =>
    containersOf(pod).map(({ path, fields }) => ({ path: `${path}.image`, value: at(fields, "image") })),
  );
  const ofVolumes = findImageVolumes(resource).map(({ path, reference }) => ({ path, value: reference }));
  return [...ofContainers, ...ofVolumes, ...declaredImages(resource, context)];
}

function declaredImages(resource: JudgedResource, context: StageContext): readonly ImageUse[] {
  const { apiVersion, kind } = resource.props;
  const known = knownKind(apiVersion, kind, declaredKinds(resource, context));
  return known.kind === "declared" ? known.imagePaths.flatMap((path) => valuesAt(resource.props, path)) : [];
}

/** The kinds that the application of a resource declares, itself or through its chart. */
export function declaredKinds(resource: JudgedResource, { loaded }: StageContext): readonly CustomResourceKind[] {
  const name = applicationOf(resource);
  const application = name === undefined ? undefined : loaded.catalogue.get(name);
  return [...(application?.chart.customResources ?? []), ...(application?.customResources ?? [])];
}

/** The reference, where it names its registry and one content. */
export function digestReference(value: unknown): DigestReference | undefined {
  const parsed = typeof value === "string" ? parseReference(value) : undefined;
  if (parsed?.kind !== "reference") return undefined;
  const { digest } = parsed.reference;
  return digest === undefined ? undefined : { ...parsed.reference, digest };
}

import type { AdmissionList, DepartedImage } from "../../model/admission.ts";
import type { Digest } from "../../model/digest.ts";
import { parseReference, renderReference, type Reference } from "../../model/reference.ts";
import type { Stage } from "../../model/stage.ts";
import type { Adoption } from "../../model/trust/adopted.ts";
import type { Revocations } from "../../model/trust/revocations.ts";

export interface AdmissionSources {
  readonly stage: Pick<Stage, "name" | "namespaces" | "applications">;
  /** The image that an application ran before, by its name. */
  readonly previous: ReadonlyMap<string, string>;
  readonly departed: readonly DepartedImage[];
  readonly adopted: readonly Adoption[];
  readonly revoked: Revocations["digests"];
}

interface Entry {
  readonly digest: Digest;
  readonly text: string;
}

/**
 * Which images may run in each namespace of a stage: those that are pinned, those that ran before (their pods come back
 * during the roll-out, and after it a rollback needs them), and those adopted for the stage. A revoked digest is
 * listed only where it is pinned: whether that may be is judged before anything is deployed.
 */
export function admissionLists(sources: AdmissionSources): readonly AdmissionList[] {
  const { stage, departed, adopted, previous } = sources;
  const revoked = new Set(sources.revoked.map(({ digest }) => digest));
  const everywhere = adopted
    .filter(({ kind, stages }) => kind === "image" && (stages.includes("*") || stages.includes(stage.name)))
    .map(({ name, digest }) => ({ digest, text: name }));
  return stage.namespaces.map(({ name: namespace }) => {
    const here = stage.applications.filter((application) => application.namespace === namespace);
    const earlier = [
      ...here.flatMap(({ application }) => previous.get(application.name) ?? []),
      ...departed.filter((one) => one.namespace === namespace).map(({ image }) => image),
    ];
    const besides = [...earlier.flatMap(toEntry), ...everywhere].filter(({ digest }) => !revoked.has(digest));
    return {
      namespace,
      digests: toDigests([...here.map(({ pin }) => entryOf(pin.image, pin.image.digest)), ...besides]),
    };
  });
}

function toEntry(image: string): Entry[] {
  const parsed = parseReference(image);
  if (parsed.kind === "problem" || parsed.reference.digest === undefined) return [];
  return [entryOf(parsed.reference, parsed.reference.digest)];
}

/** An image reads the same whether it is pinned or ran before: moving on leaves its line as it is. */
function entryOf({ registry, repository, tag }: Reference, digest: Digest): Entry {
  return { digest, text: renderReference({ registry, repository, ...(tag === undefined ? {} : { tag }) }) };
}

/** In the order of the digests, whatever the order of the sources. */
function toDigests(entries: readonly Entry[]): ReadonlyMap<Digest, string> {
  const digests = [...new Set(entries.map(({ digest }) => digest))].toSorted();
  return new Map(
    digests.map((digest) => {
      const texts = entries.filter((entry) => entry.digest === digest).map(({ text }) => text);
      return [digest, [...new Set(texts)].toSorted().join(", ")];
    }),
  );
}

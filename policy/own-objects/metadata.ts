import { LIST_NAME } from "../../src/delivery/admission/admission-policies.ts";
import { absent, at, below, entriesAt, shown } from "../kubernetes/fields.ts";
import { findPods } from "../kubernetes/pod-finder.ts";
import type { JudgedResource, Violation } from "../rule.ts";

const OWN_PREFIX = "lockstep.dev/";
/** Says on pods that a secret changed. */
const OWN_OF_PODS: ReadonlySet<string> = new Set(["lockstep.dev/secrets"]);
const ENGINE_PREFIX = "pulumi.com/";
/** no-skipped-await judges their values. Others take over objects that are not the chart's (patchForce). */
const ENGINE_ANNOTATIONS: ReadonlySet<string> = new Set([
  "pulumi.com/skipAwait",
  "pulumi.com/waitFor",
  "pulumi.com/timeoutSeconds",
  "pulumi.com/deletionPropagationPolicy",
]);
/** Which of a namespace's limits and quotas are the stage's own. */
const STAGES_LIMITS: ReadonlySet<unknown> = new Set(["LimitRange", "ResourceQuota"]);
const STAGES_NAME = "lockstep";
const NONE: ReadonlySet<string> = new Set();

/** What is against an object's name, labels and annotations, and those of its pods. */
export function refuseMetadata(resource: JudgedResource): readonly Violation[] {
  const { props } = resource;
  const ofPods = findPods(resource)
    // A Pod's own metadata is the object's.
    .filter(({ metadataPath }) => metadataPath !== "metadata")
    .flatMap(({ metadata, metadataPath }) => refuseKeys(metadata, metadataPath, OWN_OF_PODS));
  const ownKeys = at(props, "kind") === "Pod" ? OWN_OF_PODS : NONE;
  return [...refuseName(props), ...refuseKeys(at(props, "metadata"), "metadata", ownKeys), ...ofPods];
}

function refuseName(props: unknown): readonly Violation[] {
  const [name, generateName] = [at(props, "metadata", "name"), at(props, "metadata", "generateName")];
  const isStages = name === LIST_NAME || (name === STAGES_NAME && STAGES_LIMITS.has(at(props, "kind")));
  return [
    ...(typeof name === "string" && name !== "" && !isStages
      ? []
      : [{ path: "metadata.name", found: shown(name), expected: "a name that is not the stage's" }]),
    ...(absent(generateName)
      ? []
      : [{ path: "metadata.generateName", found: shown(generateName), expected: "left out: objects have one name" }]),
  ];
}

function refuseKeys(metadata: unknown, path: string, ofOwn: ReadonlySet<string>): readonly Violation[] {
  return (["labels", "annotations"] as const).flatMap((field) =>
    entriesAt(metadata, field).flatMap(([key]) => {
      const isReserved =
        (key.startsWith(OWN_PREFIX) && !(field === "annotations" && ofOwn.has(key))) ||
        (key.startsWith(ENGINE_PREFIX) && !(field === "annotations" && ENGINE_ANNOTATIONS.has(key)));
      if (!isReserved) return [];
      return [{ path: below(`${path}.${field}`, key), found: key, expected: "left out: it is not the chart's to set" }];
    }),
  );
}

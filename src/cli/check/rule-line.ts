import type { LoadedStage } from "../../adapters/stage-loader.ts";
import type { Place } from "../../model/refusal.ts";
import { renderReference } from "../../model/reference.ts";
import type { StageApplication } from "../../model/stage.ts";
import { APPLICATION_TYPE, toUrn } from "../../model/urn.ts";
import type { KeyPath } from "../../model/yaml-source.ts";

/** What a rule said, of which resource. */
export interface Said {
  readonly rule: string;
  readonly urn: string;
  /** Object and path inside, as people read them. */
  readonly about: string;
  readonly found: string;
}

const PINS = ["config", "lockstep:pins"] as const;
const SETTINGS = ["config", "lockstep:settings"] as const;

/** What people set that a rule is about: the first of them that the stack file has is where they look. */
const SETTINGS_OF_RULE: Readonly<Record<string, readonly string[]>> = {
  "hosts-owned": ["hosts"],
  "workload-resources": ["resources", "values"],
  "workload-available": ["replicas", "values"],
  "workload-budget": ["replicas", "values"],
  "no-plain-secret": ["env", "values"],
};
const RULES_OF_IMAGES: ReadonlySet<string> = new Set(["image-pinned", "image-known", "image-signed", "schema-barrier"]);

/** The line of the stack file that is most likely to be the reason, else the application's pin, else the file. */
export function lineOfRule(said: Said, { stage, source }: LoadedStage): Place {
  if (said.rule === "own-cluster") return source.placeOfKey(["config", "lockstep:cluster"]);
  const owner = ownerOf(said.urn, stage.applications);
  if (owner === undefined) return { file: source.file };
  const { name } = owner.application;
  return source.placeOfKey(pathsOf(said, owner).find((path) => source.document.hasIn(path)) ?? [...PINS, name]);
}

/** Best first. */
function pathsOf({ rule, about, found }: Said, { application: { name }, pin }: StageApplication): readonly KeyPath[] {
  const setting = (...path: KeyPath): KeyPath => [...SETTINGS, name, ...path];
  if (RULES_OF_IMAGES.has(rule)) {
    // Of another image than the pin's, a raw value or the chart is the reason.
    const isPin = found.includes(renderReference(pin.image)) || rule === "schema-barrier";
    return isPin ? [[...PINS, name, "image"]] : [setting("values"), [...PINS, name, "chart"]];
  }
  const [standard, ...others] = SETTINGS_OF_RULE[rule] ?? [];
  if (standard === undefined) return [[...PINS, name, "chart"]];
  const index = /\bhosts\[(\d+)\]$/.exec(about)?.[1];
  return [
    ...(standard === "hosts" && index !== undefined ? [setting("hosts", Number(index))] : []),
    ...[standard, ...others].map((key) => setting(key)),
    // Nothing of it is set: what is missing belongs here.
    setting(),
  ];
}

/** The application that a resource belongs to. */
function ownerOf(urn: string, applications: readonly StageApplication[]): StageApplication | undefined {
  const parts = toUrn(urn);
  if (parts?.types.includes(APPLICATION_TYPE) !== true) return undefined;
  const { name } = parts;
  // An object of a chart is named `<application>:<namespace>/<object>`, everything else after its application.
  const owners = applications.filter(
    ({ application }) =>
      name === application.name || name.startsWith(`${application.name}:`) || name.startsWith(`${application.name}-`),
  );
  return owners.toSorted((left, right) => right.application.name.length - left.application.name.length)[0];
}

import type { StageApplication } from "../../src/model/stage.ts";
import { at, shown } from "../kubernetes/fields.ts";
import { refuseDefinition } from "../own-objects/definitions.ts";
import { refuseGrant } from "../own-objects/grants.ts";
import { refuseKind } from "../own-objects/kinds.ts";
import { refuseMetadata } from "../own-objects/metadata.ts";
import type { JudgedResource, Rule, Violation } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";
import {
  APPLICATION_TYPE,
  applicationOf,
  CHART_TYPE,
  isClusterObject,
  MIGRATION_TYPE,
  parseUrn,
  STAGE_TYPE,
} from "../urn.ts";

/** What the stage's own components make, by the types of their parents. */
const PARTS: ReadonlyMap<string, readonly string[]> = new Map([
  [STAGE_TYPE, ["kubernetes:core/v1:Namespace", "kubernetes:core/v1:ResourceQuota", "kubernetes:core/v1:LimitRange"]],
  [
    `${STAGE_TYPE}$lockstep:index:Admission`,
    [
      "kubernetes:core/v1:LimitRange",
      "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
      "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
    ],
  ],
  [`${STAGE_TYPE}$${APPLICATION_TYPE}`, ["kubernetes:core/v1:Secret"]],
  [`${STAGE_TYPE}$${APPLICATION_TYPE}$${MIGRATION_TYPE}`, ["kubernetes:batch/v1:Job"]],
  [
    `${STAGE_TYPE}$${APPLICATION_TYPE}$lockstep:index:DnsBinding`,
    ["kubernetes:externaldns.k8s.io/v1alpha1:DNSEndpoint"],
  ],
]);
const IN_CHART = [STAGE_TYPE, APPLICATION_TYPE, CHART_TYPE].join("$");

export const ownObjects: Rule = {
  id: "own-objects",
  title: "a chart makes its application's own objects, in its namespace, of kinds that are ordinary or declared",
  why: "an object elsewhere, or of a kind that rules others, changes what no statement of this application covers",
  fix: "take it out of the chart",
  level: "mandatory",
  exemptible: false,
  check: (resource, context) => (isClusterObject(resource) ? refuseObject(resource, context) : []),
};

function refuseObject(resource: JudgedResource, context: StageContext): readonly Violation[] {
  const { urn, type } = resource;
  const parents = parseUrn(urn).types.slice(0, -1).join("$");
  if (parents === IN_CHART) return refuseChartObject(resource, context);
  if (PARTS.get(parents)?.includes(type) === true) return [];
  return [
    {
      path: "",
      found: `${type} below ${parents || "nothing"}`,
      expected: "an object of the application's chart, or what the stage's own components make",
    },
  ];
}

function refuseChartObject(resource: JudgedResource, context: StageContext): readonly Violation[] {
  const name = applicationOf(resource);
  const found = context.loaded.stage.applications.find(({ application }) => application.name === name);
  if (found === undefined) {
    return [{ path: "", found: `an object of ${shown(name)}`, expected: "of an application that runs in the stage" }];
  }
  const { props } = resource;
  const declared = declaredBy(found.application);
  return [
    ...refuseOtherType(resource),
    ...refuseKind(props, found.namespace, declared),
    ...refuseMetadata(resource),
    ...refuseGrant(props, found.namespace),
    ...refuseDefinition(props, declared.customResources),
  ];
}

function declaredBy({ chart, customResources = [], privilegedKinds = [] }: StageApplication["application"]) {
  return {
    customResources: [...chart.customResources, ...customResources],
    privilegedKinds: [...chart.privilegedKinds, ...privilegedKinds],
  };
}

/** An object is what it says: a ConfigMapPatch changes a ConfigMap that is somebody else's. */
function refuseOtherType({ type, props }: JudgedResource): readonly Violation[] {
  const [apiVersion, kind] = [shown(at(props, "apiVersion")), shown(at(props, "kind"))];
  const expected = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
  return type === expected ? [] : [{ path: "", found: type, expected }];
}

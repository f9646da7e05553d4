import { renderPin } from "../../src/model/pin-text.ts";
import { shown } from "../kubernetes/fields.ts";
import type { JudgedResource, Rule, Violation } from "../rule.ts";
import { findApplication } from "../stage-application.ts";
import type { StageContext } from "../stage-context.ts";
import { APPLICATION_TYPE, CHART_TYPE, parseUrn, STAGE_TYPE } from "../urn.ts";

/** What else makes objects out of files that are in no pin. */
const OTHER_SOURCES = ["kubernetes:helm.sh/", "kubernetes:kustomize", "kubernetes:yaml"];

/**
 * A Chart reaches policies without its inputs (its objects are made inside the provider): which archive it renders is
 * said by its Application alone, and the program takes it from the store by the pin's digest.
 */
export const chartPinned: Rule = {
  id: "chart-pinned",
  title: "objects are rendered from the chart that the application's pin names by digest, and from nothing else",
  why: "a chart that is not pinned can be another one tomorrow",
  fix: "pin the chart (npm run pin -- <stage> <application> <image> --chart <reference>)",
  level: "mandatory",
  exemptible: false,
  check: (resource, context) => {
    if (resource.type === APPLICATION_TYPE) return refuseOtherPin(resource, context);
    if (resource.type === CHART_TYPE) return refuseMisplaced(resource, context);
    if (!OTHER_SOURCES.some((source) => resource.type.startsWith(source))) return [];
    return [{ path: "", found: resource.type, expected: `a ${CHART_TYPE} of an application` }];
  },
};

function refuseOtherPin(resource: JudgedResource, context: StageContext): readonly Violation[] {
  const application = findApplication(resource, context);
  const expected = application === undefined ? "an application of the stage" : renderPin(application.pin).chart;
  const found = resource.props["chart"];
  return found === expected ? [] : [{ path: "chart", found: shown(found), expected }];
}

/** One per application: directly below it, and of its name. */
function refuseMisplaced({ urn, name, opts }: JudgedResource, { loaded }: StageContext): readonly Violation[] {
  const { types } = parseUrn(urn);
  const parent = opts.parent === undefined ? undefined : parseUrn(opts.parent).name;
  const isPinned = loaded.stage.applications.some(({ application }) => application.name === name);
  const isBelow = types.join("$") === [STAGE_TYPE, APPLICATION_TYPE, CHART_TYPE].join("$");
  if (isBelow && parent === name && isPinned) return [];
  return [{ path: "", found: `a chart ${name} below ${parent ?? "nothing"}`, expected: "the chart of an application" }];
}

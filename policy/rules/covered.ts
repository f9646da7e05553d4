import { isDeepStrictEqual } from "node:util";
import { renderPin } from "../../src/model/pin-text.ts";
import { didYouMean } from "../../src/model/nearest.ts";
import { shown } from "../kubernetes/fields.ts";
import { toViolation } from "../refusal-violation.ts";
import type { JudgedResource, Rule, Violation } from "../rule.ts";
import { findApplication } from "../stage-application.ts";
import type { StageContext } from "../stage-context.ts";
import { APPLICATION_TYPE, STAGE_TYPE } from "../urn.ts";

/** Coverage is of gated stages; what a component says of itself is compared in every stage. */
export const covered: Rule = {
  id: "covered",
  title: "what runs in a gated stage was stated, signed and approved",
  why: "a change that nobody approved is what a gate is there to stop",
  fix: "npm run propose -- <stage>, and have it approved",
  level: "mandatory",
  exemptible: false,
  check: (resource, context) => {
    switch (resource.type) {
      case STAGE_TYPE:
        return refuseStage(resource, context);
      case APPLICATION_TYPE:
        return refuseApplication(resource, context);
      default:
        return [];
    }
  },
};

async function refuseStage({ name, props }: JudgedResource, context: StageContext): Promise<readonly Violation[]> {
  const { stage, applications } = await context.coverage();
  const running = new Set(context.loaded.stage.applications.map(({ application }) => application.name));
  // Of an application that does not run there is no resource to say it of.
  const gone = [...applications].flatMap(([application, refusals]) => (running.has(application) ? [] : refusals));
  return [
    ...differences({ project: context.project, stage: context.stage }, props),
    ...(name === context.stage ? [] : [{ path: "name", found: name, expected: context.stage }]),
    ...[...stage, ...gone].map((refusal) => toViolation(refusal)),
  ];
}

async function refuseApplication(resource: JudgedResource, context: StageContext): Promise<readonly Violation[]> {
  const { name, props } = resource;
  const application = findApplication(resource, context);
  if (application === undefined) {
    const known = context.loaded.stage.applications.map((one) => one.application.name);
    const expected = `an application that runs in ${context.stage}: ${known.join(", ")}`;
    return [{ path: "name", found: `${name}${didYouMean(name, known)}`, expected }];
  }
  const { applications } = await context.coverage();
  const { image, chart } = renderPin(application.pin);
  const desiredDigest = context.desiredDigests.get(name);
  // Elsewhere -c and --config-file may say otherwise than the file, and the program says that they do.
  const stated = context.loaded.definition.gated ? { image, chart, desiredDigest } : {};
  return [
    ...differences({ application: name, ...stated }, props),
    ...(applications.get(name) ?? []).map((refusal) => toViolation(refusal)),
  ];
}

/** The pack reads the files itself: a program that says otherwise deploys something else. */
function differences(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): readonly Violation[] {
  return Object.entries(expected).flatMap(([path, value]) =>
    isDeepStrictEqual(actual[path], value)
      ? []
      : [
          {
            path,
            found: shown(actual[path]),
            expected: shown(value),
            action: "deploy with the project's own program, without -c and --config-file",
          },
        ],
  );
}

import type { StageApplication } from "../src/model/stage.ts";
import type { JudgedResource } from "./rule.ts";
import type { StageContext } from "./stage-context.ts";
import { APPLICATION_TYPE } from "./urn.ts";

/** What the stage says of the application that a resource is; undefined where it is none, or none of the stage. */
export function findApplication(
  { type, name }: JudgedResource,
  { loaded }: StageContext,
): StageApplication | undefined {
  if (type !== APPLICATION_TYPE) return undefined;
  return loaded.stage.applications.find(({ application }) => application.name === name);
}

import { refuseSchemaStep } from "../../src/delivery/schema-barrier.ts";
import { toViolation } from "../refusal-violation.ts";
import type { Rule } from "../rule.ts";
import { findApplication } from "../stage-application.ts";

/** What happens during the roll-out was decided when the pin was written: here the version alone is judged. */
export const schemaBarrier: Rule = {
  id: "schema-barrier",
  title: "no version is below the database level of the stage",
  why: "a version that does not know the database's level corrupts it, or fails to start",
  fix: "choose a version that supports the level, or roll back with the migrations",
  level: "mandatory",
  exemptible: true,
  check: (resource, context) => {
    const found = findApplication(resource, context);
    if (found === undefined) return [];
    const { name } = found.application;
    const { stackFile, source } = context.loaded;
    return refuseSchemaStep({
      application: name,
      level: stackFile.schemaLevels.get(name),
      running: undefined,
      wanted: found.pin.schema,
      acceptDowntime: true,
      place: source.placeOf(["config", "lockstep:pins", name]),
    }).map((refusal) => toViolation(refusal));
  },
};

import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../model/json.ts";
import { didYouMean } from "../model/nearest.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { stackFileName, WHOLE_STAGE, type Hold, type StackFile } from "../model/stack-file.ts";
import type { YamlChange } from "../model/yaml-edit.ts";

/** A hold as it was and as it is to be. */
export interface HoldChange {
  /** An application, or WHOLE_STAGE. */
  readonly on: string;
  readonly before: Hold | undefined;
  /** Undefined: it ends. */
  readonly after: Hold | undefined;
}

export interface HoldPlan {
  readonly stage: string;
  /** Everything that was asked for, also what is so already. */
  readonly holds: readonly HoldChange[];
  /** Holds that nobody asked about, and stay. */
  readonly others: ReadonlyMap<string, Hold>;
  /** Empty: nothing changes. */
  readonly changes: readonly YamlChange[];
}

interface Question {
  readonly stage: string;
  /** None: the whole stage. */
  readonly applications: readonly string[];
  readonly stackFile: Pick<StackFile, "holds">;
}

export interface HoldRequest extends Question {
  readonly hold: Hold;
}

/** Holds applications, or the stage: what is held with the very same words stays as it is. */
export function planHold({ stage, applications, stackFile, hold }: HoldRequest): HoldPlan {
  const { holds } = stackFile;
  return toPlan(
    stage,
    subjectsOf(applications).map((on) => ({ on, before: holds.get(on), after: hold })),
    holds,
  );
}

/** Ends holds. What is not held is refused: whoever ends a hold believes that there is one. */
export function planResume({ stage, applications, stackFile }: Question): Outcome<HoldPlan> {
  const { holds } = stackFile;
  const subjects = subjectsOf(applications);
  const refusals = subjects.filter((on) => !holds.has(on)).map((on) => refuseNotHeld(on, stage, holds));
  if (refusals.length > 0) return refused(refusals);
  return accepted(
    toPlan(
      stage,
      subjects.map((on) => ({ on, before: holds.get(on), after: undefined })),
      holds,
    ),
  );
}

function toPlan(stage: string, wanted: readonly HoldChange[], holds: ReadonlyMap<string, Hold>): HoldPlan {
  const asked = new Set(wanted.map(({ on }) => on));
  return {
    stage,
    holds: wanted,
    others: new Map([...holds].filter(([on]) => !asked.has(on))),
    changes: wanted
      .filter(({ before, after }) => !isDeepStrictEqual(before, after))
      .map(({ on, after }) => ({ path: ["config", "lockstep:holds", on], value: after && toJson(after) })),
  };
}

/** As it is written. */
function toJson({ reason, by, until }: Hold): JsonObject {
  return { reason, ...(by === undefined ? {} : { by }), ...(until === undefined ? {} : { until }) };
}

function subjectsOf(applications: readonly string[]): readonly string[] {
  return applications.length === 0 ? [WHOLE_STAGE] : [...new Set(applications)];
}

function refuseNotHeld(on: string, stage: string, holds: ReadonlyMap<string, Hold>): Refusal {
  const names = [...holds.keys()].filter((name) => name !== WHOLE_STAGE);
  const commands = [
    ...(holds.has(WHOLE_STAGE) ? [`npm run resume -- ${stage}`] : []),
    ...(names.length === 0 ? [] : [`npm run resume -- ${stage} ${names.join(" ")}`]),
  ];
  const whole = on === WHOLE_STAGE;
  return {
    code: "not-held",
    place: { file: stackFileName(stage), path: `lockstep:holds.${on}` },
    found: whole ? `no hold of ${stage} as a whole` : `no hold of ${on}${didYouMean(on, names)}`,
    expected: holds.size === 0 ? `a hold: ${stage} has none` : `one of the holds of ${stage}`,
    action: commands.length === 0 ? "nothing: nothing keeps it" : `end what holds it: ${commands.join(", or ")}`,
  };
}

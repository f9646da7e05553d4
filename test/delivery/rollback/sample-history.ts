import type { StackUpdate } from "../../../src/model/deployed-stage.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { pinSchema, type Pin } from "../../../src/model/pin.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import type { RollbackGround } from "../../../src/delivery/rollback/rollback-plan.ts";
import { catalogue, stackFileOf, STACK_FILE } from "../../model/sample-stage.ts";

export const T0 = Date.parse("2026-11-20T10:00:00Z");
const HOUR = 3_600_000;

/** A version of the sample's portal, or of another application. */
export function pinOf(version: string, name = "portal", more: object = {}): Pin {
  return pinSchema.parse({
    image: `registry.example.com/ehealth/${name}:${version}@${digestOf(`${name} ${version}`)}`,
    chart: `oci://registry.example.com/charts/web-service:2.1.0@${digestOf("chart")}`,
    ...more,
  });
}

/** An update of all of it that succeeded, an hour after the one before. */
export function update(
  version: number,
  pins: Readonly<Record<string, Pin>>,
  more: Partial<StackUpdate> = {},
): StackUpdate {
  const startMs = T0 + version * HOUR;
  const wholePins = new Map(Object.entries(pins));
  return {
    ...{ version, kind: "update", result: "succeeded", startTime: new Date(startMs).toISOString(), startMs },
    ...{ endMs: startMs + 60_000, partial: false, wholePins, schemaLevels: new Map() },
    pins: new Map([...wholePins].map(([name, pin]) => [name, renderPin(pin)])),
    ...{ message: "", head: undefined, dirty: false, record: undefined, ...more },
  };
}

/** Updates of the portal alone, given from the oldest. */
export function historyOf(
  ...versions: readonly (string | readonly [string, Partial<StackUpdate>])[]
): readonly StackUpdate[] {
  return versions
    .map((one, index) => {
      const [version, more] = typeof one === "string" ? [one, {}] : one;
      return update(index + 1, { portal: pinOf(version) }, more);
    })
    .toReversed();
}

export function groundOf(history: readonly StackUpdate[], text = STACK_FILE): RollbackGround {
  return {
    ...{
      stage: "inttest",
      catalogue,
      stackFile: stackFileOf(text),
      history,
      jobs: [],
      clusterHolds: [],
      chains: undefined,
    },
    ...{ withMigrations: false, acceptDowntime: false, nowMs: T0 + 100 * HOUR, placeOf: () => ({}) },
  };
}

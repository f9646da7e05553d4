import type { StackUpdate } from "../../model/deployed-stage.ts";
import type { Pin } from "../../model/pin.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { Refusal } from "../../model/refusal.ts";
import { isWhole } from "../promotion/last-update.ts";

/** Whether two pins are of the same image and chart, whatever their tags. */
export function isSameVersion(left: Pin | undefined, right: Pin): boolean {
  return left?.image.digest === right.image.digest && left.chart.digest === right.chart.digest;
}

/** Whether a stage ran a version: an update of all of it, with this pin, succeeded. */
export function hasRun(name: string, pin: Pin, history: readonly StackUpdate[]): boolean {
  const { image, chart } = renderPin(pin);
  return history.some((update) => {
    const written = update.pins.get(name);
    return isWhole(update) && written?.image === image && written.chart === chart;
  });
}

/** Of a version that its source has left behind: that it ever ran there is all that can be asked. */
export function refuseNeverRun(name: string, pin: Pin, source: string, history: readonly StackUpdate[]): Refusal[] {
  if (hasRun(name, pin, history)) return [];
  return [
    {
      code: "never-in-source",
      place: { path: `${name} in ${source}` },
      found: `no update of all of ${source} that succeeded with ${renderPin(pin).image}`,
      expected: `a version that ${source} has run, as the promotion says`,
      action: `pulumi stack history --stack ${source} shows what ran there; promote what runs there now`,
    },
  ];
}

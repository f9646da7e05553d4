import type { Pin, PinText } from "./pin.ts";
import { renderReference } from "./reference.ts";

/** Before the reference of a chart, as helm writes it. */
export const CHART_SCHEME = "oci://";

/** A pin as it stands in the stack file. */
export function renderPin(pin: Pin): PinText {
  return { ...pin, image: renderReference(pin.image), chart: `${CHART_SCHEME}${renderReference(pin.chart)}` };
}

import assert from "node:assert/strict";
import { alongText } from "../../../src/cli/rollback/steps.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import { pinOf } from "../../delivery/rollback/sample-history.ts";

describe("what the plan of a rollback says of its deploy", () => {
  it("names what comes along, from which version to which", () => {
    const running = renderPin(pinOf("3.0.0", "patients"));
    const along = [
      { name: "patients", pin: pinOf("3.1.0", "patients"), running },
      { name: "portal", pin: pinOf("2.3.0"), running: undefined },
    ];
    assert.equal(
      alongText({ along }),
      ", and with it what its files have besides: patients 3.0.0 -> 3.1.0, portal nothing -> 2.3.0",
    );
    assert.equal(alongText({ along: [] }), "");
  });
});

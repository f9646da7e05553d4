import assert from "node:assert/strict";
import { movedVersions } from "../../../src/delivery/deploy-checks/moved-version.ts";
import type { DeployedVersion } from "../../../src/model/deployed-stage.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import { stageOf, STACK_FILE, withText } from "../../model/sample-stage.ts";

const { applications } = stageOf(STACK_FILE);
const none = {
  namespace: undefined,
  statement: undefined,
  desired: undefined,
  sinceMs: undefined,
  workloads: undefined,
};
const deployed: ReadonlyMap<string, DeployedVersion> = new Map(
  applications.map(({ application: { name }, pin }) => {
    const { image, chart } = renderPin(pin);
    return [name, { image, chart, ...none }];
  }),
);

function moved(text: string, running = deployed): readonly string[] {
  return movedVersions(stageOf(text).applications, { applications: running }).map(
    ({ name, running: before }) => `${name} ${before === undefined ? "comes" : "moves"}`,
  );
}

describe("movedVersions", () => {
  it("has nothing where everything runs as it is pinned", () => {
    assert.deepEqual(moved(STACK_FILE), []);
  });

  it("has what is pinned otherwise, and no other setting", () => {
    assert.deepEqual(moved(withText("ehealth/portal:2.3.0", "ehealth/portal:2.4.0")), ["portal moves"]);
    assert.deepEqual(moved(withText("LOG_LEVEL: debug", "LOG_LEVEL: warn")), []);
  });

  it("has everything where nothing runs yet", () => {
    assert.deepEqual(
      moved(STACK_FILE, new Map()),
      applications.map(({ application }) => `${application.name} comes`),
    );
  });
});

import assert from "node:assert/strict";
import { succeeded } from "../outcomes.ts";
import { Platform } from "../platform.ts";
import { sampleReference } from "../sample-pins.ts";
import { withoutHistory } from "./stack-facts.ts";

const BOTH = "from: [{ allOf: [extest, inttest] }]";

/** A promotion to preprod, which asks for two stages, is merged and not deployed; then one of the two goes on. */
describe("a deploy of what two stages must have proven", function () {
  this.timeout(600_000);
  let platform: Platform;

  before(async () => {
    platform = await Platform.make();
    await platform.editTrust("stages.yaml", (text) => text.replace("from: [extest]", BOTH));
    await platform.up("inttest");
    await platform.brought("inttest", "extest");
    succeeded(await platform.as("anna", ["promote", "extest", "preprod", "--reason", "tested", "--yes"]));
    succeeded(await platform.as("ben", ["approve", "preprod", "--yes"]));
    await platform.merge();
  });
  after(() => platform.remove());

  const call = ["deploy", "preprod", "--dry-run"];

  it("passes while both run it", async () => {
    succeeded(await platform.as("anna", call));
  });

  it("passes where the other of the two has gone on, unless it is held there", async () => {
    const { clone } = platform;
    const { registry } = clone.sandbox.location;
    await clone.pinned("portal", "2.3.1");
    await platform.committed(async () => {
      succeeded(await platform.as("anna", call));
    });
    const image = (await sampleReference(registry, "ehealth/portal", "2.3.0")).replace(/^.*@/, "");
    await clone.pinned("portal", "2.3.1");
    await platform.set("inttest", [["lockstep:holds", "portal"], { reason: "crashed", image }]);
    await platform.committed(async () => {
      assert.deepEqual(await platform.refusals("anna", call), ["held"]);
    });
  });

  it("is refused where the other of the two never ran it, as far as its history knows", async () => {
    await platform.clone.pinned("portal", "2.3.1");
    await platform.committed(() =>
      withoutHistory(platform.clone, "inttest", async () => {
        assert.deepEqual(await platform.refusals("anna", call), ["never-in-source"]);
      }),
    );
  });
});

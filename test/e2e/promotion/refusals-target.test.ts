import assert from "node:assert/strict";
import { placeClusterHold } from "../../../src/adapters/cluster-holds.ts";
import { isDigest, type Digest } from "../../../src/model/digest.ts";
import { orThrow } from "../../../src/model/refusal.ts";
import { inSandbox } from "../deploy/sandbox-access.ts";
import { refused, succeeded } from "../outcomes.ts";
import { Platform, type Setting } from "../platform.ts";
import { levelOf, pinOf } from "../sample-pins.ts";

const CALL = ["promote", "inttest", "extest", "--dry-run"];

/** Nothing is deployed between the tests: each breaks one thing of extest, and takes it back. */
describe("what a promotion asks of the stage that it leads to", function () {
  this.timeout(300_000);
  let platform: Platform;
  let registry: string;

  before(async () => {
    // Without the pack, which lets no unsigned image into inttest either.
    platform = await Platform.make({ applications: ["appointments", "portal"], pack: false });
    ({ registry } = platform.clone.sandbox.location);
    await platform.clone.pinned("appointments", "1.4.2");
    await platform.merge();
    await platform.up("inttest");
  });
  after(() => platform.remove());

  /** Refused with these codes while extest has these settings. */
  async function refuses(codes: readonly string[], ...settings: readonly Setting[]): Promise<void> {
    await platform.set("extest", ...settings);
    await platform.committed(async () => {
      assert.deepEqual(await platform.refusals("anna", CALL), codes);
    });
  }

  it("is nothing more than what the sample platform has", async () => {
    succeeded(await platform.as("anna", CALL));
  });

  it("is every secret that the application declares", () =>
    refuses(["missing-secret"], [["lockstep:settings", "appointments", "secrets", "QUEUE_URL"], undefined]));

  it("is hosts and resources where it cannot run without them, all of them reported at once", () =>
    refuses(
      ["missing-host", "missing-resources", "missing-secret"],
      [["lockstep:settings", "portal"], {}],
      [["lockstep:settings", "appointments", "secrets"], undefined],
    ));

  it("is a database that the running version can live with afterwards", async () => {
    await platform.set(
      "extest",
      [["lockstep:pins", "appointments"], await pinOf(registry, "appointments", "1.4.0")],
      [["lockstep:schemaLevels", "appointments"], levelOf("appointments", "1.4.0")],
    );
    await platform.committed(async () => {
      assert.deepEqual(await platform.refusals("anna", CALL), ["schema-downtime"]);
      succeeded(await platform.as("anna", [...CALL, "--accept-downtime"]));
    });
  });

  it("is no version that is newer", async () => {
    await refuses(["downgrade"], [["lockstep:pins", "portal"], await pinOf(registry, "portal", "2.3.1")]);
  });

  it("is no version that its cluster remembers as failed, and that alone", async () => {
    const { image } = await platform.running("inttest", "portal");
    const namespace = platform.clone.namespaceOf("extest");
    await platform.clone.kubectl("create", "namespace", namespace);
    const hold = {
      ...{ application: "portal", image: digestIn(image), reference: image },
      ...{ reason: "its pods crash", by: "deployer@sandbox.example", sinceMs: Date.parse("2026-11-20T10:00:00Z") },
    };
    const scope = { project: "lockstep", stage: "extest", namespace };
    orThrow(await inSandbox((access) => placeClusterHold({ ...scope, hold, access })), 1);
    const result = await platform.as("anna", CALL);
    refused(result, ["its pods crash", `ConfigMap ${namespace}/lockstep-holds`, "without it: npm run promote"], 1);
    succeeded(await platform.as("anna", [...CALL, "appointments"]));
    const { stdout } = await platform.clone.lockstep(["status", "extest", "--deployed", "--json"]);
    assert.match(stdout, /"clusterHolds": \[\n[^\]]*its pods crash/);
    succeeded(await platform.clone.lockstep(["resume", "extest", "portal", "--image", image, "--yes"]));
    succeeded(await platform.as("anna", CALL));
  });

  it("is no access to its cluster: a plan says that nobody asked it", async () => {
    await platform.set("extest", [["lockstep:cluster", "context"], "elsewhere"]);
    await platform.committed(async () => {
      const said = succeeded(await platform.as("anna", CALL));
      assert.match(said, /the cluster of extest was not asked for holds/);
    });
  });

  it("is trust in the image: a revoked digest goes nowhere", async () => {
    const { image } = await platform.running("inttest", "portal");
    const digests = [{ digest: image.slice(image.indexOf("sha256:")), reason: "a hole" }];
    const undo = await platform.editTrust("revoked.yaml", () => JSON.stringify({ keys: [], digests, statements: [] }));
    assert.deepEqual(await platform.refusals("anna", CALL), ["revoked-digest"]);
    await undo();
    succeeded(await platform.as("anna", CALL));
  });

  it("is a signature: an image that nobody signed goes nowhere, though it runs well", async () => {
    await platform.clone.pinned("portal", "2.4.0-unsigned");
    await platform.merge();
    await platform.up("inttest");
    assert.deepEqual(await platform.refusals("anna", CALL), ["not-signed"]);
    succeeded(await platform.as("anna", [...CALL, "appointments"]));
  });
});

function digestIn(image: string): Digest {
  const digest = image.slice(image.indexOf("@") + 1);
  assert.ok(isDigest(digest), image);
  return digest;
}

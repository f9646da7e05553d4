import assert from "node:assert/strict";
import fc from "fast-check";
import { refuseMissingSecrets, refuseOtherSecrets } from "../../src/delivery/secrets.ts";
import { codes } from "../model/sample-stage.ts";

const owners = [{ name: "appointments", secretNames: ["DATABASE_URL", "QUEUE_URL"] }];

describe("refuseMissingSecrets", () => {
  const read = (value: string | undefined) =>
    refuseMissingSecrets(
      owners,
      (_name, secret) => (secret === "QUEUE_URL" ? value : "postgres://"),
      () => ({}),
      "inttest",
    );

  it("gives every application its secrets by name", () => {
    const outcome = read("amqp://");
    assert.deepEqual(outcome.kind === "accepted" && outcome.value.get("appointments"), {
      DATABASE_URL: "postgres://",
      QUEUE_URL: "amqp://",
    });
  });

  it("refuses one that is missing, or empty", () => {
    for (const value of [undefined, ""]) {
      const outcome = read(value);
      assert.deepEqual(outcome.kind === "refused" && codes(outcome.refusals), ["missing-secret"]);
    }
  });
});

describe("refuseOtherSecrets", () => {
  it("has nothing against the file's own values, nor against other people's keys", () => {
    assert.deepEqual(
      refuseOtherSecrets({ "lockstep:settings": "{}", "a:b": "1" }, { "lockstep:settings": "{}" }, "f"),
      [],
    );
  });

  it("refuses every key of ours whose value is not the file's, and never shows a value", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string({ minLength: 8 }), (given, written) => {
        const refusals = refuseOtherSecrets({ "lockstep:settings": given }, { "lockstep:settings": written }, "f");
        assert.equal(refusals.length, given === written ? 0 : 1);
        assert.ok(!JSON.stringify(refusals).includes(JSON.stringify(given).slice(1, -1)));
      }),
    );
    assert.equal(refuseOtherSecrets({}, { "lockstep:pins": "{}" }, "f").length, 1);
    assert.equal(refuseOtherSecrets({ "lockstep:pins": "{}" }, {}, "f").length, 1);
  });
});

import assert from "node:assert/strict";
import { refuseSteered } from "../../../src/delivery/deployment/whole-stage.ts";

const codes = (environment: Readonly<Record<string, string>>) => refuseSteered(environment).map(({ code }) => code);

describe("the environment of a deploy", () => {
  it("may say how the engine works", () => {
    const usual = { PULUMI_OPTION_POLICY_PACK: "/p", PULUMI_OPTION_PARALLEL: "4", PULUMI_BACKEND_URL: "file://b" };
    assert.deepEqual(codes({ PATH: "/bin", ...usual, PULUMI_OPTION_TARGET: "" }), []);
  });

  it("does not leave out a part of the stage, or name other files", () => {
    for (const name of ["TARGET", "TARGET_DEPENDENTS", "EXCLUDE", "TARGET_REPLACE", "CONFIG_FILE", "CONFIG"])
      assert.deepEqual(codes({ [`PULUMI_OPTION_${name}`]: "urn:pulumi:…" }), ["steered-engine"], name);
  });
});

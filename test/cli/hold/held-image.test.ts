import assert from "node:assert/strict";
import { digestIn, readHeldImage, refuseNoDigest } from "../../../src/cli/hold/held-image.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { codes, stackFileOf, STACK_FILE, DIGEST } from "../../model/sample-stage.ts";

const pin = stackFileOf(STACK_FILE).pins.get("portal");
const pins = pin === undefined ? [] : [pin];

describe("the version that is named to be held", () => {
  it("is one by its digest, alone or at the end of a reference", () => {
    const digest = digestOf("x");
    for (const text of [
      digest,
      `r.example.com/portal@${digest}`,
      `r.example.com/portal:2.3.0@${digest}`,
      `127.0.0.1:26400/e/portal:2@${digest}`,
    ])
      assert.equal(digestIn(text), digest, text);
  });

  for (const text of [
    "",
    "2.3.0",
    "portal:2.3.0",
    "r.example.com/portal:2.3.0",
    "sha256:abc",
    `portal@${digestOf("x")}x`,
  ])
    it(`is not ${JSON.stringify(text)}: a tag may be another version tomorrow`, () => {
      assert.equal(digestIn(text), undefined);
      assert.equal(refuseNoDigest(text, "portal", []).code, "no-digest");
    });

  it("is suggested where a stage pins what was meant", () => {
    for (const text of ["2.3.0", "registry.example.com/ehealth/portal:2.3.0"])
      assert.equal(refuseNoDigest(text, "portal", pins).action, `--image ${DIGEST}`);
    assert.doesNotMatch(refuseNoDigest("2.4.0", "portal", pins).action, /sha256/);
  });

  it("is of one application", async () => {
    for (const names of [[], ["portal", "appointments"]]) {
      const read = await readHeldImage(digestOf("x"), names);
      assert.ok(read.kind === "refused");
      assert.deepEqual(codes(read.refusals), ["one-application"]);
    }
    const twice = await readHeldImage(digestOf("x"), ["portal", "portal"]);
    assert.deepEqual(twice, { kind: "accepted", value: { application: "portal", image: digestOf("x") } });
    assert.deepEqual(await readHeldImage(undefined, []), { kind: "accepted", value: undefined });
  });
});

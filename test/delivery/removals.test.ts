import assert from "node:assert/strict";
import { application } from "../../src/model/application.ts";
import { describeRemovals, refuseLostPins } from "../../src/delivery/removals.ts";
import {
  applications,
  catalogue,
  catalogueOf,
  codes,
  DIGEST,
  stageOf,
  STACK_FILE,
  webChart,
  withText,
} from "../model/sample-stage.ts";

const deployed = ["appointments", "portal", "status-page"].map((name) => ({
  name,
  image: `registry.example.com/ehealth/${name}:1@${DIGEST}`,
}));

function removals(text: string, known = catalogue, running = deployed): readonly string[] {
  return describeRemovals(running, { stage: stageOf(text, known), catalogue: known });
}

describe("refuseLostPins", () => {
  const refuse = (text: string): readonly string[] =>
    codes(refuseLostPins(deployed, stageOf(text), (name) => ({ path: name })));

  it("has nothing against applications that run on, are disabled, or never ran", () => {
    assert.deepEqual(refuse(STACK_FILE), []);
    const disabled = withText("    status-page:\n      values", "    status-page:\n      enabled: false\n      values");
    assert.deepEqual(refuse(disabled), []);
    assert.deepEqual(codes(refuseLostPins([], stageOf(""), () => ({}))), []);
  });

  it("refuses an application that runs and has no pin any more, all of them where all are gone", () => {
    assert.deepEqual(refuse(""), ["lost-pin", "lost-pin", "lost-pin"]);
  });
});

describe("describeRemovals", () => {
  it("says nothing where everything that runs goes on", () => {
    assert.deepEqual(removals(STACK_FILE), []);
  });

  it("says nothing of a first deployment", () => {
    assert.deepEqual(removals(STACK_FILE, catalogue, []), []);
  });

  it("names an application that is disabled", () => {
    const [line, ...rest] = removals(
      withText("    status-page:\n      values", "    status-page:\n      enabled: false\n      values"),
    );
    assert.match(line ?? "", /status-page is disabled/);
    assert.deepEqual(rest, []);
  });

  it("names every application of a stage whose pins are gone", () => {
    assert.equal(removals("").length, 3);
  });

  it("names an application that the catalogue lacks now", () => {
    const patients = { name: "patients", image: `registry.example.com/ehealth/patients:1@${DIGEST}` };
    const [line] = removals(STACK_FILE, catalogue, [...deployed, patients]);
    assert.match(line ?? "", /patients is no longer in the catalogue/);
  });

  it("calls it renamed where another application runs the same image now, and only there", () => {
    const old = { name: "gateway", image: `registry.example.com/ehealth/portal:1@${DIGEST}` };
    const before = deployed.filter(({ name }) => name !== "portal");
    assert.match(removals(STACK_FILE, catalogue, [...before, old])[0] ?? "", /gateway was renamed to portal/);
    assert.match(removals(STACK_FILE, catalogue, [...deployed, old])[0] ?? "", /no longer in the catalogue/);
  });

  it("believes an application that says what it was called before", () => {
    const renamed = application({
      name: "portal",
      chart: webChart,
      probe: "/",
      hosts: "required",
      formerly: "gateway",
    });
    const known = catalogueOf(...applications.filter(({ name }) => name !== "portal"), renamed);
    const old = { name: "gateway", image: "other.example.com/x:1" };
    assert.match(removals(STACK_FILE, known, [old])[0] ?? "", /gateway was renamed to portal/);
  });

  it("describes what runs from an image that cannot be read", () => {
    assert.equal(removals(STACK_FILE, catalogue, [{ name: "x", image: "" }]).length, 1);
  });
});

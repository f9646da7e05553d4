import assert from "node:assert/strict";
import type { LoadedStage } from "../src/adapters/stage-loader.ts";
import { digestOf } from "../src/model/digest.ts";
import { nameOf, parseReference } from "../src/model/reference.ts";
import type { Adoption } from "../src/model/trust/adopted.ts";
import { checkPinSignatures } from "../src/pin-signatures.ts";
import { trust } from "./delivery/coverage/sample-court.ts";
import { sourceOf, stageOf, STACK_FILE } from "./model/sample-stage.ts";

/** No key counts, so that no registry is asked: what is not adopted is not signed. */
async function check(adopted: readonly Adoption[], text = STACK_FILE) {
  const loaded: Pick<LoadedStage, "stage" | "trust" | "source"> = {
    stage: stageOf(text),
    trust: { ...trust, adopted },
    source: sourceOf(text),
  };
  const refusals = await checkPinSignatures(loaded);
  return refusals.map(({ code, place }) => `${code} ${place.path ?? ""}`).toSorted();
}

const who = { owner: "ann", reason: "scanned", stages: ["*"] };
const all: readonly Adoption[] = stageOf(STACK_FILE).applications.flatMap(({ pin }) =>
  (["image", "chart"] as const).map((kind) => ({ kind, name: nameOf(pin[kind]), digest: pin[kind].digest, ...who })),
);

describe("the signatures of a stage's pins", () => {
  it("are not asked for where all is adopted", async () => {
    assert.deepEqual(await check(all), []);
  });

  it("are asked for where an image or a chart is not, each once, with its place", async () => {
    const portal = stageOf(STACK_FILE).applications.find(({ application }) => application.name === "portal")?.pin;
    assert.ok(portal !== undefined);
    const without = all.filter(({ kind, name }) => kind !== "image" || name !== nameOf(portal.image));
    assert.deepEqual(await check(without), ["no-trusted-key lockstep:pins.portal.image"]);
    // Two applications have the chart.
    const noChart = all.filter(({ kind, name }) => kind !== "chart" || name !== nameOf(portal.chart));
    assert.deepEqual(await check(noChart), ["no-trusted-key lockstep:pins.appointments.chart"]);
  });

  it("are asked for where the adoption is of another digest, or for another stage", async () => {
    const [first, ...others] = all;
    assert.ok(first !== undefined && parseReference(first.name).kind === "reference");
    assert.equal((await check([{ ...first, digest: digestOf("other") }, ...others])).length, 1);
    assert.equal((await check([{ ...first, stages: ["nowhere"] }, ...others])).length, 1);
  });
});

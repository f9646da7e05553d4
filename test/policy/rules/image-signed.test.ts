import assert from "node:assert/strict";
import { imageSigned } from "../../../policy/rules/image-signed.ts";
import { renderReference } from "../../../src/model/reference.ts";
import type { Refusal } from "../../../src/model/refusal.ts";
import {
  ADOPTION,
  applicationComponent,
  APPOINTMENTS_IMAGE,
  deployment,
  OTHER_DIGEST,
  PINNED_DIGEST,
  podSpec,
  THIRD_PARTY_IMAGE,
} from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertViolates, violations } from "../harness/verdict.ts";

const IMAGE = "spec.template.spec.containers[0].image";
const NOT_SIGNED: Refusal = {
  code: "not-signed",
  place: {},
  found: "nothing",
  expected: "a signature",
  action: "sign",
};
const unsigned = stageContext({ refuseSignature: () => Promise.resolve([NOT_SIGNED]) });
const adopted = [ADOPTION];

describe("image-signed", () => {
  it("accepts an image that is signed", async () => {
    await assertPasses(imageSigned, deployment());
  });

  it("refuses one that is not, with the reason", async () => {
    await assertViolates(imageSigned, deployment(), [IMAGE], unsigned);
    const [violation] = await violations(imageSigned, deployment(), unsigned);
    assert.equal(violation?.action, NOT_SIGNED.action);
  });

  it("refuses the application whose pin is not signed, before anything of it is made", async () => {
    await assertPasses(imageSigned, applicationComponent(stageContext()));
    await assertViolates(imageSigned, applicationComponent(unsigned), ["image"], unsigned);
  });

  it("asks for every image of an object, under the name that stands there", async () => {
    const asked: string[] = [];
    const context = stageContext({
      refuseSignature: (reference, kind) => {
        asked.push(`${kind} ${renderReference(reference)}`);
        return Promise.resolve([]);
      },
    });
    const spec = { ...podSpec(), initContainers: [{ image: THIRD_PARTY_IMAGE }] };
    await assertPasses(imageSigned, deployment(spec), context);
    assert.deepEqual(asked.toSorted(), [`image ${APPOINTMENTS_IMAGE}`, `image ${THIRD_PARTY_IMAGE}`]);
  });

  it("asks for no signature of an adopted image", async () => {
    const context = stageContext({ trust: { adopted }, refuseSignature: () => Promise.resolve([NOT_SIGNED]) });
    await assertPasses(imageSigned, deployment(podSpec(THIRD_PARTY_IMAGE)), context);
  });

  it("refuses what is revoked, signed or adopted", async () => {
    const digests = [PINNED_DIGEST, OTHER_DIGEST].map((digest) => ({ digest, reason: "broken" }));
    const context = stageContext({ trust: { adopted, revocations: { keys: [], digests, statements: [] } } });
    await assertViolates(imageSigned, deployment(), [IMAGE], context);
    await assertViolates(imageSigned, deployment(podSpec(THIRD_PARTY_IMAGE)), [IMAGE], context);
  });
});

import { imageKnown } from "../../../policy/rules/image-known.ts";
import type { Adoption } from "../../../src/model/trust/adopted.ts";
import { IN_STAGE } from "../harness/resources.ts";
import {
  ADOPTION,
  APPOINTMENTS_IMAGE,
  deployment,
  OTHER_DIGEST,
  PINNED_DIGEST,
  podSpec,
  PORTAL_IMAGE,
  THIRD_PARTY_IMAGE,
} from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertViolates } from "../harness/verdict.ts";

const IMAGE = "spec.template.spec.containers[0].image";
const adopting = (change: Partial<Adoption> = {}) => stageContext({ trust: { adopted: [{ ...ADOPTION, ...change }] } });

describe("image-known", () => {
  it("accepts the pin of the application, whatever its tag", async () => {
    await assertPasses(imageKnown, deployment());
    await assertPasses(imageKnown, deployment(podSpec(APPOINTMENTS_IMAGE.replace(":1.4.2@", "@"))));
  });

  for (const [what, image] of [
    ["another digest of the pinned repository", APPOINTMENTS_IMAGE.replace(/sha256:.*/, OTHER_DIGEST)],
    ["the pinned digest in another repository", APPOINTMENTS_IMAGE.replace("ehealth", "strangers")],
    ["the pinned digest in another registry", APPOINTMENTS_IMAGE.replace("registry.example.com", "registry.test")],
    ["the pin of another application of the stage", PORTAL_IMAGE],
    ["an image by its tag", "registry.example.com/ehealth/appointments:1.4.2"],
    ["a third party's image", THIRD_PARTY_IMAGE],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assertViolates(imageKnown, deployment(podSpec(image)), [IMAGE]);
    });
  }

  it("lets an object of the stage itself use the pin of any application", async () => {
    const text = { ...deployment(podSpec(PORTAL_IMAGE)), parents: IN_STAGE };
    await assertPasses(imageKnown, text);
    await assertViolates(imageKnown, { ...text, ...deployment(podSpec(THIRD_PARTY_IMAGE)), parents: IN_STAGE }, [
      IMAGE,
    ]);
  });

  it("accepts an image that is adopted for this stage, or for all", async () => {
    await assertPasses(imageKnown, deployment(podSpec(THIRD_PARTY_IMAGE)), adopting());
    await assertPasses(imageKnown, deployment(podSpec(THIRD_PARTY_IMAGE)), adopting({ stages: ["*"] }));
  });

  const others: readonly (readonly [what: string, change: Partial<Adoption>])[] = [
    ["for another stage", { stages: ["prod"] }],
    ["as a chart", { kind: "chart" }],
    ["under another name", { name: "registry.example.com/third/other" }],
    ["with another digest", { digest: PINNED_DIGEST }],
  ];
  for (const [what, change] of others) {
    it(`refuses an image that is adopted ${what}`, async () => {
      await assertViolates(imageKnown, deployment(podSpec(THIRD_PARTY_IMAGE)), [IMAGE], adopting(change));
    });
  }
});

import { imagePinned } from "../../../policy/rules/image-pinned.ts";
import { stageContext } from "../harness/stage-context.ts";
import { unknown } from "../harness/engine-values.ts";
import { APPOINTMENTS_IMAGE, deployment, object, OTHER_DIGEST, podSpec } from "../harness/samples.ts";
import { assertPasses, assertUndecided, assertViolates } from "../harness/verdict.ts";
import { application } from "../../../src/model/application.ts";
import { foreignChart } from "../../../src/model/chart.ts";
import { applications, catalogueOf } from "../../model/sample-stage.ts";

const IMAGE = "spec.template.spec.containers[0].image";

describe("image-pinned", () => {
  it("accepts an image by digest, with and without its tag", async () => {
    await assertPasses(imagePinned, deployment());
    await assertPasses(imagePinned, deployment(podSpec(`registry.example.com/ehealth/appointments@${OTHER_DIGEST}`)));
  });

  for (const [what, image] of [
    ["a tag alone", "registry.example.com/ehealth/appointments:1.4.2"],
    ["no tag", "registry.example.com/ehealth/appointments"],
    ["a registry that is not written out", `ehealth/appointments@${OTHER_DIGEST}`],
    ["a digest of another kind", `registry.example.com/ehealth/appointments@sha512:${"f".repeat(128)}`],
    ["a digest in capitals", `registry.example.com/ehealth/appointments@sha256:${"F".repeat(64)}`],
    ["a space after it", `${APPOINTMENTS_IMAGE} `],
    ["no image at all", null],
    ["a number for an image", 5],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assertViolates(imagePinned, deployment(podSpec(image)), [IMAGE]);
    });
  }

  it("refuses init and ephemeral containers and image volumes as well, each of them", async () => {
    const spec = {
      ...podSpec(),
      initContainers: [{ image: "registry.example.com/a:1" }],
      ephemeralContainers: [{ image: "registry.example.com/b:1" }],
      volumes: [{ name: "model", image: { reference: "registry.example.com/c:1" } }],
    };
    await assertViolates(imagePinned, deployment(spec), [
      "spec.template.spec.ephemeralContainers[0].image",
      "spec.template.spec.initContainers[0].image",
      "spec.template.spec.volumes[0].image.reference",
    ]);
  });

  it("refuses a pod template in a custom resource", async () => {
    const fields = { spec: { template: { spec: podSpec("registry.example.com/a:1") } } };
    await assertViolates(imagePinned, object("example.com/v1", "Batch", fields), [IMAGE]);
  });

  it("refuses images where the catalogue says that a kind names them", async () => {
    const imagePaths = ["spec.image", "spec.pods[*].image", "spec.named.*.image", "spec.absent.image"];
    const chart = foreignChart("status-page", {
      customResources: [{ apiVersion: "example.com/v1", kind: "Db", imagePaths }],
    });
    const statusPage = application({ name: "status-page", chart, raw: () => ({}), hosts: "none" });
    const catalogue = catalogueOf(...applications.filter(({ name }) => name !== "status-page"), statusPage);
    const spec = {
      image: "registry.example.com/a:1",
      pods: [{ image: APPOINTMENTS_IMAGE }, { image: "registry.example.com/b:1" }],
      named: { one: { image: "registry.example.com/c:1" } },
    };
    const text = { ...object("example.com/v1", "Db", { spec }), application: "status-page" };
    const context = stageContext({ catalogue });
    await assertViolates(imagePinned, text, ["spec.image", "spec.named.one.image", "spec.pods[1].image"], context);
    await assertPasses(imagePinned, { ...text, application: "portal" }, context);
  });

  it("is undecided about an image that is unknown", async () => {
    await assertUndecided(imagePinned, deployment(podSpec(unknown)));
  });
});

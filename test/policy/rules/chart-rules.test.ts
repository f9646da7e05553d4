import { chartPinned } from "../../../policy/rules/chart-pinned.ts";
import { chartSigned } from "../../../policy/rules/chart-signed.ts";
import { CHART_TYPE } from "../../../policy/urn.ts";
import type { Adoption } from "../../../src/model/trust/adopted.ts";
import type { Refusal } from "../../../src/model/refusal.ts";
import { IN_APPLICATION, IN_CHART, IN_STAGE } from "../harness/resources.ts";
import {
  ADOPTION,
  applicationComponent,
  OTHER_DIGEST,
  PINNED_DIGEST,
  stageComponent,
  withProps,
} from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertViolates } from "../harness/verdict.ts";

const context = stageContext();
const chart = { type: CHART_TYPE, name: "appointments", parents: IN_APPLICATION, props: {} };

describe("chart-pinned", () => {
  it("accepts an application with the stage's pin, and its chart", async () => {
    await assertPasses(chartPinned, applicationComponent(context));
    await assertPasses(chartPinned, chart);
    await assertPasses(chartPinned, stageComponent(context));
  });

  for (const [what, reference] of [
    ["another digest", `oci://registry.example.com/charts/web-service:2.1.0@${OTHER_DIGEST}`],
    ["no digest", "oci://registry.example.com/charts/web-service:2.1.0"],
    ["none", undefined],
  ] as const) {
    it(`refuses an application whose chart has ${what}`, async () => {
      await assertViolates(chartPinned, withProps(applicationComponent(context), { chart: reference }), ["chart"]);
    });
  }

  it("refuses a chart of another name, of no application, and one inside another chart", async () => {
    await assertViolates(chartPinned, { ...chart, name: "other" }, [""]);
    await assertViolates(chartPinned, { ...chart, parents: IN_STAGE }, [""]);
    await assertViolates(chartPinned, { ...chart, parents: IN_CHART }, [""]);
    await assertViolates(chartPinned, { ...chart, application: "portal" }, [""]);
  });

  for (const type of [
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:yaml/v2:ConfigFile",
    "kubernetes:kustomize/v2:Directory",
  ]) {
    it(`refuses ${type}`, async () => {
      await assertViolates(chartPinned, { type, name: "appointments", parents: IN_APPLICATION, props: {} }, [""]);
    });
  }
});

describe("chart-signed", () => {
  const path = `chart oci://registry.example.com/charts/web-service:2.1.0@${PINNED_DIGEST}`;
  const notSigned: Refusal = { code: "not-signed", place: {}, found: "", expected: "", action: "" };
  const refuseSignature = (_: unknown, kind: string) => Promise.resolve(kind === "chart" ? [notSigned] : []);
  const name = "registry.example.com/charts/web-service";
  const adopted: readonly Adoption[] = [{ ...ADOPTION, kind: "chart", name, digest: PINNED_DIGEST }];

  it("accepts a chart that is signed, and one that is adopted", async () => {
    await assertPasses(chartSigned, applicationComponent(context), context);
    await assertPasses(
      chartSigned,
      applicationComponent(context),
      stageContext({ refuseSignature, trust: { adopted } }),
    );
  });

  it("refuses one that is neither", async () => {
    await assertViolates(chartSigned, applicationComponent(context), [path], stageContext({ refuseSignature }));
  });

  it("refuses one that is adopted as an image", async () => {
    const asImage = adopted.map((adoption) => ({ ...adoption, kind: "image" as const }));
    const other = stageContext({ refuseSignature, trust: { adopted: asImage } });
    await assertViolates(chartSigned, applicationComponent(context), [path], other);
  });

  it("refuses one that is revoked, though adopted", async () => {
    const digests = [{ digest: PINNED_DIGEST, reason: "broken" }];
    const revoked = stageContext({ trust: { adopted, revocations: { keys: [], digests, statements: [] } } });
    await assertViolates(chartSigned, applicationComponent(context), [path], revoked);
  });
});

import { renderReference } from "../../src/model/reference.ts";
import { refuseRevoked } from "../../src/model/trusted-signers.ts";
import { isAdopted } from "../adoption.ts";
import { findApplication } from "../stage-application.ts";
import { toViolation } from "../refusal-violation.ts";
import type { Rule } from "../rule.ts";

export const chartSigned: Rule = {
  id: "chart-signed",
  title: "every chart is signed by a key or identity that counts for the stage and the repository",
  why: "a chart can add anything to what runs",
  fix: "ask its supplier to sign it, or have it adopted by digest in adopted.yaml in the trust folder",
  level: "mandatory",
  exemptible: false,
  check: async (resource, context) => {
    const chart = findApplication(resource, context)?.pin.chart;
    if (chart === undefined) return [];
    const revoked = refuseRevoked(context.trust.revocations, chart.digest, {});
    const unsigned = isAdopted(chart, "chart", context) ? [] : await context.refuseSignature(chart, "chart");
    return [...revoked, ...unsigned].map((refusal) => toViolation(refusal, `chart oci://${renderReference(chart)}`));
  },
};

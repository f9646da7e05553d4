// Run in a clone: what its own code says of a stage as a source, as JSON.
// Arguments: the stage, the soak in seconds, and how many seconds from now it is asked.
import { loadCommonParts } from "../../src/adapters/stage-loader.ts";
import { refusalsOf, type Refusal } from "../../src/model/refusal.ts";
import type { StageDefinition } from "../../src/model/stages.ts";
import { proveSource } from "../../src/source-proof.ts";

const [from = "", soak = "0", later = "0"] = process.argv.slice(2);
const to: StageDefinition = {
  ...{ name: "extest", from: [from], routes: [[from]], clusterUid: undefined, zone: undefined, gated: true },
  gate: { promoters: ["release-managers"], rollback: [], approvals: undefined, soakSeconds: Number(soak), free: [] },
  availability: { minReplicas: 1, disruptionBudget: false },
};
const common = await loadCommonParts();
const nowMs = Date.now() + Number(later) * 1000;
const { signal } = new AbortController();
const proof = await proveSource({ project: "lockstep", common, from, to, names: undefined, nowMs, signal });
const codes = (refusals: readonly Refusal[]) => refusals.map(({ code }) => code);
const answer =
  proof.kind === "refused"
    ? { unreadable: codes(proof.refusals), stage: [], applications: {}, update: null }
    : {
        unreadable: [],
        stage: codes(proof.value.refusals),
        applications: Object.fromEntries(
          [...proof.value.applications].map(([name, outcome]) => [name, codes(refusalsOf(outcome))]),
        ),
        update: proof.value.update ?? null,
      };
process.stdout.write(JSON.stringify(answer));

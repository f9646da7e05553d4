import { misfitsOf, parseTrust, type TrustContent } from "../../adapters/trust/parse-trust.ts";
import { renderRefusals, type Outcome, type Refusal, orThrow } from "../../model/refusal.ts";
import { allMisfits } from "../../model/trust/trust-misfits.ts";
import { differenceToJson, ownerToJson } from "./root-text.ts";
import { renderStatus, statusReport, type StatusReport } from "./status-report.ts";
import { refuseChangedSince, readTrustState, type TrustState } from "./trust-state.ts";

/** What there is, what of it counts, and what waits for whom. Exit code 0 unless nothing can be read. */
export async function showTrust({ json }: { readonly json?: true }, signal: AbortSignal): Promise<void> {
  const state = orThrow(await readTrustState(signal), 2);
  const content = parseTrust(state.folder, state.files);
  const report = statusReport({
    state,
    content: content.kind === "accepted" ? content.value : undefined,
    // In a clone without a root nobody was named yet: `init` is what is missing, and said.
    refusals: [...(state.counted === undefined ? [] : unfit(state, content)), ...changedMeanwhile(state)],
    nowMs: Date.now(),
  });
  if (json === true) process.stdout.write(`${JSON.stringify(toJson(report), undefined, 2)}\n`);
  else {
    process.stdout.write(`${renderStatus(report)}\n`);
    if (report.reasons.length > 0) process.stderr.write(`\n${renderRefusals(report.reasons)}\n`);
  }
}

function unfit({ folder, files }: TrustState, content: Outcome<TrustContent>): readonly Refusal[] {
  return content.kind === "refused" ? content.refusals : allMisfits(misfitsOf(folder, files, content.value));
}

/** The root that waits is about other files than these. */
function changedMeanwhile(state: TrustState): ReturnType<typeof refuseChangedSince> {
  return state.pending === undefined ? [] : refuseChangedSince(state, state.pending.root);
}

function toJson({ owners, pending, ...report }: StatusReport): object {
  return {
    ...report,
    owners: owners.map(ownerToJson),
    pending:
      pending === null
        ? null
        : {
            ...pending,
            difference: differenceToJson(pending.difference),
            missing: pending.missing.map(({ whose, count, of }) => ({ whose, count, of: of.map(ownerToJson) })),
          },
  };
}

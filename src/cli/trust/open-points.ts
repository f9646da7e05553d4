import { misfitsOf, parseTrust } from "../../adapters/trust/parse-trust.ts";
import type { TrustFiles } from "../../adapters/trust/read-trust-files.ts";
import { accepted, andThen, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { allMisfits, QUORUM_TOO_HIGH } from "../../model/trust/trust-misfits.ts";

/**
 * What gates ask for and the people who are named cannot give: a root can be signed over it, and naming them mends it.
 * Files that contradict each other are refused.
 */
export function findOpenPoints(folder: string, files: TrustFiles): Outcome<readonly Refusal[]> {
  return andThen(parseTrust(folder, files), (content) => {
    const misfits = allMisfits(misfitsOf(folder, files, content));
    const contradictions = misfits.filter(({ code }) => code !== QUORUM_TOO_HIGH);
    return contradictions.length > 0 ? refused(contradictions) : accepted(misfits);
  });
}

/** @param display the folder, for people */
export function renderOpenPoints(open: readonly Refusal[], display: string): readonly string[] {
  if (open.length === 0) return [];
  return [
    "Still to do, or these stages are refused where the anchor is set; name more people in",
    `${display}/roles.yaml and allowed_signers, or ask for fewer approvals in ${display}/stages.yaml:`,
    ...open.map(({ place, found }) => `  ${place.file ?? ""}:${place.line ?? 1}  ${found}`),
  ];
}

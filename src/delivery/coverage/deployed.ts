import type { Digest } from "../../model/digest.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { VerifiedRoot } from "../../model/trust/trust.ts";
import { shortDigest, type Chain } from "./statement-chain.ts";

/** What the stage's last update recorded, as far as coverage depends on it. */
export interface DeployedCoverage {
  readonly gated: boolean;
  readonly root: VerifiedRoot | undefined;
  /** The statement that each application was deployed, or removed, under. */
  readonly statements: ReadonlyMap<string, Digest>;
}

/** Trust never goes back: neither to an earlier root nor to none. Asked in every stage. */
export function refuseLooserTrust(
  stage: string,
  gated: boolean,
  root: VerifiedRoot | undefined,
  deployed: DeployedCoverage,
): readonly Refusal[] {
  if (root === undefined) {
    if (gated || !deployed.gated) return [];
    return [
      {
        code: "ungated-without-anchor",
        place: { path: "LOCKSTEP_TRUST_ANCHOR" },
        found: `${stage} without a gate, and no anchor; it was deployed with one`,
        expected: "a trust root whose owners signed that the gate is gone",
        action: "set LOCKSTEP_TRUST_ANCHOR=<version>@sha256:<digest>, where deploys run",
      },
    ];
  }
  const before = deployed.root;
  if (before === undefined || root.version > before.version || root.digest === before.digest) return [];
  return [
    {
      code: "older-root",
      place: { path: "trust/root" },
      found: `version ${root.version} of the trust root (${shortDigest(root.digest)})`,
      expected: `version ${before.version} (${shortDigest(before.digest)}), which ${stage} was deployed under, or a later one`,
      action: "bring the newest trust/ here: git pull, or git revert what took it back",
    },
  ];
}

/** The newest statement about an application must be, or descend from, the one that it was deployed under. */
export function refuseOlderStatement(
  application: string,
  chain: Chain | undefined,
  deployed: DeployedCoverage | undefined,
): readonly Refusal[] {
  const recorded = deployed?.statements.get(application);
  // What is wrong with a broken chain is said already.
  if (recorded === undefined || chain?.kind === "broken") return [];
  if (chain?.links.some(({ statement }) => statement.digest === recorded) === true) return [];
  return [
    {
      code: "older-than-deployed",
      place: { path: application },
      found: `statements about ${application} without ${shortDigest(recorded)}, which it was deployed under`,
      expected: "all that was stated until then: statements are only ever added to",
      action: "bring the newest statements here: git pull, or git revert what removed them; to go back, roll back",
    },
  ];
}

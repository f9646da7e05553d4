import type { Digest } from "../../model/digest.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { VerifiedRoot } from "../../model/trust/trust.ts";
import { shortDigest, type Chain } from "./statement-chain.ts";

/** What the stage's last update recorded, as far as coverage depends on it. */
export interface RecordedCoverage {
  readonly gated: boolean;
  readonly root: VerifiedRoot | undefined;
  /** The statement that each application was deployed, or removed, under. */
  readonly statements: ReadonlyMap<string, Digest>;
}

export interface DeployedCoverage extends RecordedCoverage {
  /** Now, in milliseconds since the epoch: what is not recorded is judged by who counts now. */
  readonly nowMs: number;
}

/**
 * The stack belongs to the stage that it was deployed as. A stack that was renamed would put what runs in a gated stage
 * under another stage's rules. Asked in every stage.
 * @param recorded by the last update
 */
export function refuseRenamedStack(stage: string, recorded: string | undefined): readonly Refusal[] {
  if (recorded === undefined || recorded === stage) return [];
  return [
    {
      code: "other-stage-deployed",
      place: { path: stage },
      found: `a stack that ${recorded} was deployed with`,
      expected: `the stack of ${stage}, or a stack that nothing was deployed with`,
      action: `take the name back: pulumi stack rename ${recorded} --stack ${stage}; then pulumi stack init ${stage}`,
    },
  ];
}

/**
 * The statements that were in force when the stage was deployed: those that it recorded, and what these continue. The
 * digests in them say so, whatever times do.
 */
export function deployedStatements(
  chains: ReadonlyMap<string, Chain>,
  { statements }: RecordedCoverage,
): ReadonlySet<Digest> {
  const continued = [...chains].flatMap(([name, chain]) => {
    if (chain.kind === "broken") return [];
    const digests = chain.links.map(({ statement }) => statement.digest);
    const recorded = statements.get(name);
    return recorded === undefined ? [] : digests.slice(0, digests.indexOf(recorded) + 1);
  });
  return new Set([...statements.values(), ...continued]);
}

/** Trust never goes back: neither to an earlier root nor to none. Asked in every stage. */
export function refuseLooserTrust(
  stage: string,
  gated: boolean,
  root: VerifiedRoot | undefined,
  deployed: RecordedCoverage,
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
  deployed: RecordedCoverage | undefined,
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

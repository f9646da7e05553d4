import semver from "semver";
import { pinSchema, type Pin } from "../../model/pin.ts";
import type { Place, Refusal } from "../../model/refusal.ts";
import { shortDigest, tailOf, type Chain, type Link } from "../coverage/statement-chain.ts";

export interface VersionStep {
  readonly application: string;
  /** The stage that is to get it. */
  readonly stage: string;
  readonly before: Pin | undefined;
  readonly after: Pin;
  /** What was stated about the application in that stage. */
  readonly chain: Chain | undefined;
  readonly place: Place;
}

/**
 * Refuses a step back. A tag is only text beside the digest that was signed, so the stage's own record is asked as
 * well: an image that it has left does not come back under another name.
 */
export function refuseDowngrade(step: VersionStep): readonly Refusal[] {
  const { application, stage, after, before, place } = step;
  const left = leftBefore(step);
  const found =
    left === undefined
      ? olderThan(before, after)
      : `${describe(after)}, which ${stage} left with the statement ${shortDigest(left.statement.digest)}`;
  if (found === undefined) return [];
  return [
    {
      code: "downgrade",
      place,
      found: `${application}: ${found}`,
      expected: `a version that is newer than the one in ${stage}: ${before === undefined ? "none" : describe(before)}`,
      action: "bring a newer version; a step back is a rollback, which asks the database first",
    },
  ];
}

/** The pin that a chain's newest statement left; undefined where nothing was stated, or nothing that can be read. */
export function statedPin(chain: Chain | undefined): Pin | undefined {
  return chain?.kind === "chain" ? pinOf(tailOf(chain.links).transition.after) : undefined;
}

function pinOf(state: Link["transition"]["after"]): Pin | undefined {
  const parsed = pinSchema.safeParse(state?.state["pin"]);
  return parsed.success ? parsed.data : undefined;
}

/** Whether a version is older than the one before it, where they say so. */
export function isOlder(before: Pin | undefined, after: Pin): boolean {
  return olderThan(before, after) !== undefined;
}

/** Why one version is older than another, where they say so. Versions that cannot be compared are not older. */
function olderThan(before: Pin | undefined, after: Pin): string | undefined {
  if (before === undefined) return undefined;
  if (before.image.digest === after.image.digest) {
    const isOlder = compareTags(before.chart.tag, after.chart.tag) > 0;
    return isOlder ? `the chart ${after.chart.tag}, older than ${before.chart.tag}` : undefined;
  }
  const order = compareTags(before.image.tag, after.image.tag);
  if (order > 0) return `${describe(after)}, an older version`;
  if (order < 0 || before.created === undefined || after.created === undefined) return undefined;
  return Date.parse(after.created) < Date.parse(before.created)
    ? `${describe(after)}, made at ${after.created}, before ${before.created}`
    : undefined;
}

/** As `Array.sort` takes it; 0 too where one of them is no semantic version. */
function compareTags(left: string, right: string): number {
  // A tag has no "+": helm and others write "_" for it.
  const [one, other] = [left, right].map((tag) => semver.parse(tag.replaceAll("_", "+")));
  return one && other ? semver.compare(one, other) : 0;
}

/**
 * The statement with which the stage left this very image for another one. What a rollback left may come again: it was
 * the newer one.
 */
function leftBefore({ before, after, chain }: VersionStep): Link | undefined {
  const { digest } = after.image;
  if (chain?.kind !== "chain" || before === undefined || before.image.digest === digest) return undefined;
  return chain.links.findLast(({ statement, transition }) => {
    if (statement.kind === "rollback" || transition.after === undefined) return false;
    return pinOf(transition.before)?.image.digest === digest && pinOf(transition.after)?.image.digest !== digest;
  });
}

function describe({ image }: Pin): string {
  return `${image.tag}@${image.digest.slice(0, "sha256:".length + 12)}…`;
}

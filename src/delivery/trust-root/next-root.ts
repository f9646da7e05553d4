import { didYouMean } from "../../model/nearest.ts";
import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import type { Root, RootOwner } from "../../model/trust/root.ts";

/** The SHA-256 of everything that a root lists, by name. */
export type TrustContent = Pick<Root, "files" | "rules">;

export interface OwnerChanges {
  /** A principal that is an owner already gets this key instead. */
  readonly add: readonly RootOwner[];
  readonly remove: readonly string[];
  readonly threshold: number | undefined;
}

export interface FileDifference {
  /** A file of trust/, or the path of a rule. */
  readonly name: string;
  readonly kind: "added" | "changed" | "removed";
}

/** What one root changes of another. */
export interface RootDifference {
  readonly files: readonly FileDifference[];
  readonly rules: readonly FileDifference[];
  /** With another key, an owner is in both. */
  readonly ownersAdded: readonly RootOwner[];
  readonly ownersRemoved: readonly RootOwner[];
  readonly threshold: { readonly before: number; readonly after: number } | undefined;
}

/** The root that follows `current` for the files as they are; version and all. */
export function nextRoot(current: Root, content: TrustContent, changes: OwnerChanges): Outcome<Root> {
  const added = new Map(changes.add.map((owner) => [owner.principal, owner]));
  const kept = current.owners.filter(({ principal }) => !changes.remove.includes(principal));
  const owners = [
    ...kept.map((owner) => added.get(owner.principal) ?? owner),
    ...[...added.values()].filter(({ principal }) => !kept.some((owner) => owner.principal === principal)),
  ];
  const threshold = changes.threshold ?? current.threshold;
  const refusals = [...refuseStrangers(current, changes.remove), ...refuseOwners(owners, threshold)];
  if (refusals.length > 0) return refused(refusals);
  return accepted({ ...content, owners, threshold, version: current.version + 1 });
}

/** Why these people with this threshold could not change the root. */
export function refuseOwners(owners: readonly RootOwner[], threshold: number): Refusal[] {
  const keys = new Map<string, string[]>();
  for (const { principal, key } of owners) keys.set(key.fingerprint, [...(keys.get(key.fingerprint) ?? []), principal]);
  const shared = [...keys].filter(([, principals]) => principals.length > 1);
  return [
    ...shared.map(([fingerprint, principals]) => ({
      code: "duplicate-owner",
      place: { path: "--add-owner" },
      found: `${principals.join(" and ")} with one key, ${fingerprint}`,
      expected: "owners with a key of their own each",
      action: "name another key",
    })),
    ...(threshold <= owners.length
      ? []
      : [
          {
            code: "threshold-too-high",
            place: { path: "--threshold" },
            found: `${threshold} of ${owners.length} owners`,
            expected: "a number of signatures that the owners can give",
            action: "lower it with --threshold, or add owners: --add-owner <principal>=<key.pub>",
          },
        ]),
  ];
}

export function differenceBetween(before: Root, after: Root): RootDifference {
  return {
    files: differences(before.files, after.files),
    rules: differences(before.rules, after.rules),
    ownersAdded: without(after.owners, before.owners),
    ownersRemoved: without(before.owners, after.owners),
    threshold: before.threshold === after.threshold ? undefined : { before: before.threshold, after: after.threshold },
  };
}

export function isEmpty({ files, rules, ownersAdded, ownersRemoved, threshold }: RootDifference): boolean {
  return threshold === undefined && [files, rules, ownersAdded, ownersRemoved].every((list) => list.length === 0);
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): FileDifference[] {
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((name): FileDifference[] => {
    if (before.get(name) === after.get(name)) return [];
    return [{ name, kind: !before.has(name) ? "added" : after.has(name) ? "changed" : "removed" }];
  });
}

function without(owners: readonly RootOwner[], others: readonly RootOwner[]): RootOwner[] {
  return owners.filter(
    ({ principal, key }) =>
      !others.some((other) => other.principal === principal && other.key.fingerprint === key.fingerprint),
  );
}

function refuseStrangers({ owners }: Root, principals: readonly string[]): Refusal[] {
  const names = owners.map(({ principal }) => principal);
  return principals
    .filter((principal) => !names.includes(principal))
    .map((principal) => ({
      code: "unknown-owner",
      place: { path: "--remove-owner" },
      found: `${principal}${didYouMean(principal, names)}`,
      expected: `one of the owners: ${names.join(", ")}`,
      action: "correct the name; npm run trust -- status shows the owners",
    }));
}

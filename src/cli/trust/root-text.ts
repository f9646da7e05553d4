import type { MissingSignatures } from "../../delivery/trust-root/chain-walk.ts";
import type { FileDifference, RootDifference } from "../../delivery/trust-root/next-root.ts";
import type { JsonObject } from "../../model/json.ts";
import { printable } from "../../model/refusal.ts";
import type { RootOwner } from "../../model/trust/root.ts";

/** What a root changes, a line each: files, rules, owners, threshold. */
export function renderDifference(difference: RootDifference, trust: string): string {
  const { files, rules, ownersAdded, ownersRemoved, threshold } = difference;
  return [
    ...files.map(({ name, kind }) => `  ${kind.padEnd(9)} ${trust}/${name}`),
    ...rules.map(({ name, kind }) => `  ${kind.padEnd(9)} ${name}`),
    ...ownersRemoved.map((owner) => `  owner   - ${ownerText(owner)}`),
    ...ownersAdded.map((owner) => `  owner   + ${ownerText(owner)}`),
    ...(threshold === undefined ? [] : [`  threshold ${threshold.before} -> ${threshold.after}`]),
  ].join("\n");
}

export function ownerText({ principal, key }: RootOwner): string {
  return `${principal}  ${key.fingerprint}`;
}

export function differenceToJson(difference: RootDifference): JsonObject {
  return {
    files: difference.files.map(fileToJson),
    rules: difference.rules.map(fileToJson),
    ownersAdded: difference.ownersAdded.map(ownerToJson),
    ownersRemoved: difference.ownersRemoved.map(ownerToJson),
    threshold: difference.threshold === undefined ? null : { ...difference.threshold },
  };
}

export function ownerToJson({ principal, key }: RootOwner): JsonObject {
  return { principal, key: key.text, fingerprint: key.fingerprint };
}

/** Text that somebody else wrote, for a terminal: nothing in it may hide what is signed. */
export function renderDiffText(text: string): string {
  return printable(text.replace(/\n$/, ""));
}

function fileToJson({ name, kind }: FileDifference): JsonObject {
  return { name, kind };
}

/** Whose signatures a root waits for. */
export function renderMissing(missing: readonly MissingSignatures[], version: number): string {
  const lines = new Map<string, string[]>();
  for (const { whose, count, of } of missing) {
    const names = of.map(({ principal }) => principal).join(", ");
    const signatures = count === 1 ? "1 signature" : `${count} signatures`;
    const wanted = of.length === count ? `${signatures}, of ${names}` : `${signatures} of ${names}`;
    lines.set(wanted, [...(lines.get(wanted) ?? []), `root ${whose === "before" ? version - 1 : version}`]);
  }
  return [...lines].map(([wanted, roots]) => `missing: ${wanted} (owners of ${roots.join(" and ")})`).join("\n");
}

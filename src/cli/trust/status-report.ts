import { missingSignatures, type KnownRoot } from "../../delivery/trust-root/chain-walk.ts";
import { differenceBetween } from "../../delivery/trust-root/next-root.ts";
import type { Refusal } from "../../model/refusal.ts";
import { anchorLine, renderAnchor } from "../../model/trust/anchor.ts";
import { keysWithEnd } from "../../model/trust/key-ends.ts";
import { isRulePath } from "../../model/trust/root.ts";
import type { Trust } from "../../model/trust/trust.ts";
import { ownerText, renderDifference, renderMissing } from "./root-text.ts";
import type { TrustState } from "./trust-state.ts";

export interface StatusInputs {
  readonly state: TrustState;
  /** What the files say; undefined where they cannot be read. */
  readonly content: Pick<Trust, "exemptions" | "revocations" | "allowedSigners"> | undefined;
  /** Why they cannot, or do not fit each other. */
  readonly refusals: readonly Refusal[];
  readonly nowMs: number;
}

/** Exemptions and keys that end within this time are shown. */
const SOON_MS = 30 * 24 * 60 * 60_000;

/** Everything that `status` shows, for programs as well. */
export function statusReport({ state, content, refusals, nowMs }: StatusInputs) {
  const { anchor, chain, counted, pending, broken, content: found, display } = state;
  const difference = counted === undefined ? undefined : differenceBetween(counted.root, { ...counted.root, ...found });
  return {
    folder: display,
    anchor: anchor === undefined ? null : renderAnchor(anchor),
    chain: chain.map(toEntry),
    owners: (counted?.root.owners ?? []).map((owner) => ({ ...owner, fingerprint: owner.key.fingerprint })),
    threshold: counted?.root.threshold ?? null,
    pending:
      pending === undefined || counted === undefined
        ? null
        : {
            ...toEntry(pending),
            difference: differenceBetween(counted.root, pending.root),
            missing: missingSignatures(counted.root, pending),
          },
    differs: [...(difference?.files ?? []), ...(difference?.rules ?? [])],
    ending: content === undefined ? [] : endingOf(content, nowMs),
    revokedKeys: (content?.revocations.keys ?? []).map(({ fingerprint, kind, reason }) => ({
      fingerprint,
      kind,
      reason,
    })),
    reasons: [...broken, ...refusals],
    newest: counted === undefined ? null : anchorLine({ version: counted.root.version, digest: counted.digest }),
  };
}

export type StatusReport = ReturnType<typeof statusReport>;

interface Ending {
  readonly what: string;
  readonly at: string;
  readonly state: "expired" | "soon";
}

function endingOf(content: NonNullable<StatusInputs["content"]>, nowMs: number): readonly Ending[] {
  const ends = [
    ...content.exemptions.map(({ rule, application, object, expiresMs }) => ({
      what: `exemption of ${object ?? application} from ${rule}`,
      atMs: expiresMs,
    })),
    ...keysWithEnd(content.allowedSigners.text).map(({ principal, endMs }) => ({
      what: `key of ${principal}`,
      atMs: endMs,
    })),
  ];
  return ends
    .filter(({ atMs }) => atMs <= nowMs + SOON_MS)
    .toSorted((left, right) => left.atMs - right.atMs)
    .map(({ what, atMs }) => ({
      what,
      at: new Date(atMs).toISOString().slice(0, 16).replace("T", " "),
      state: atMs <= nowMs ? "expired" : "soon",
    }));
}

function toEntry({ root, digest, signers }: KnownRoot) {
  return { version: root.version, digest, signers: signers.map(({ principal }) => principal) };
}

/** For a terminal of 80 columns; only digests are longer. */
export function renderStatus(report: StatusReport): string {
  const { folder, anchor, chain, owners, threshold, newest, revokedKeys } = report;
  return [
    `trust      ${folder}/`,
    `anchor     ${anchor ?? "not set: gated stages are refused"}`,
    ...chain.map(({ version, signers }, index) => {
      const place = index > 0 ? "" : anchor === null ? ", taken as it is" : ", the anchor's";
      return `${index === 0 ? "roots" : "     "}      ${version}  signed by ${signers.join(", ") || "nobody"}${place}`;
    }),
    ...(chain.length === 0 ? ["roots      none: npm run trust -- init"] : []),
    ...owners.map((owner, index) => `${index === 0 ? "owners" : "      "}     ${ownerText(owner)}`),
    ...(threshold === null ? [] : [`threshold  ${threshold} of ${owners.length}`]),
    ...pendingLines(report),
    ...differenceLines(report),
    ...report.ending.map(({ what, at, state }) => `${state === "soon" ? "ends soon " : "expired   "} ${at}  ${what}`),
    ...revokedKeys.map(({ fingerprint, kind, reason }) => `revoked    ${fingerprint} (${kind}: ${reason})`),
    ...(newest === null ? [] : ["newest root, to be set where an owner says so:", `  ${newest}`]),
  ].join("\n");
}

function pendingLines({ pending, folder }: StatusReport): string[] {
  if (pending === null) return [];
  return [
    `waits      root ${pending.version}, signed by ${pending.signers.join(", ") || "nobody yet"}`,
    renderDifference(pending.difference, folder),
    `  ${renderMissing(pending.missing, pending.version).replaceAll("\n", "\n  ")}`,
    "  Next: npm run trust -- sign",
  ];
}

function differenceLines({ differs, pending, folder, chain }: StatusReport): string[] {
  const names = differs.map(({ name, kind }) => `  ${kind.padEnd(9)} ${isRulePath(name) ? name : `${folder}/${name}`}`);
  if (names.length === 0 || pending !== null) return [];
  return [`differs from root ${chain.at(-1)?.version ?? ""}: npm run trust -- edit`, ...names];
}

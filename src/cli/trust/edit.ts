import { removeRoot, writeRoot } from "../../adapters/trust/write-root.ts";
import type { KnownRoot } from "../../delivery/trust-root/chain-walk.ts";
import { differenceBetween, isEmpty, nextRoot, type RootDifference } from "../../delivery/trust-root/next-root.ts";
import { accepted, andThen, combine, type Outcome, type Refusal, orThrow } from "../../model/refusal.ts";
import { renderRoot, type Root } from "../../model/trust/root.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { findOpenPoints, renderOpenPoints } from "./open-points.ts";
import { readOwners } from "./owner-options.ts";
import { differenceToJson, renderDifference } from "./root-text.ts";
import { currentRoot, readTrustState, type TrustState } from "./trust-state.ts";

export interface EditOptions extends ChangeOptions {
  readonly addOwner?: readonly string[];
  readonly removeOwner?: readonly string[];
  readonly threshold?: number;
}

/** What `edit` is about to do. */
export interface EditPlan {
  readonly kind: "unchanged" | "written-already" | "write" | "withdraw";
  readonly root: Root;
  readonly difference: RootDifference;
  /** The pending root that this one takes the place of. */
  readonly replaced: KnownRoot | undefined;
  /** What gates ask for and nobody can give: these stages are refused. */
  readonly open: readonly Refusal[];
}

/** Shows what differs from the root that counts and writes the next one. @throws RefusalError with every reason */
export async function editTrust(options: EditOptions, signal: AbortSignal): Promise<void> {
  const state = orThrow(await readTrustState(signal), 2);
  const plan = orThrow(await planEdit(state, options, signal), 2);
  if (options.json !== true) process.stdout.write(`${renderEdit(plan, state)}\n`);
  const changes = (plan.kind === "write" || plan.kind === "withdraw") && options.dryRun !== true;
  const confirmed = changes && (await confirm(questionOf(plan), options, signal));
  if (confirmed) await apply(plan, state);
  if (options.json === true) process.stdout.write(`${JSON.stringify(toJson(plan, confirmed), undefined, 2)}\n`);
  else if (confirmed && plan.kind === "write")
    process.stdout.write(`wrote ${rootName(plan.root)}. Next: npm run trust -- sign\n`);
  else if (changes && !confirmed) process.stdout.write("nothing was written\n");
}

async function planEdit(state: TrustState, options: EditOptions, signal: AbortSignal): Promise<Outcome<EditPlan>> {
  const read = combine({
    current: currentRoot(state),
    open: findOpenPoints(state.folder, state.files),
    add: await readOwners("--add-owner", options.addOwner, signal),
  });
  return andThen(read, ({ current, add, open }) => {
    // Who was added to the root that waits is not forgotten because a file was changed once more.
    const { owners, threshold } = state.pending?.root ?? current.root;
    const changes = { add, remove: options.removeOwner ?? [], threshold: options.threshold };
    const next = nextRoot({ ...current.root, owners, threshold }, state.content, changes);
    return andThen(next, (root) => accepted({ ...planOf(current.root, root, state.pending), open }));
  });
}

function planOf(current: Root, root: Root, pending: KnownRoot | undefined): Omit<EditPlan, "open"> {
  const difference = differenceBetween(current, root);
  const plan = { root, difference, replaced: pending };
  if (isEmpty(difference)) return { ...plan, kind: pending === undefined ? "unchanged" : "withdraw" };
  const written = pending !== undefined && renderRoot(pending.root) === renderRoot(root);
  return { ...plan, kind: written ? "written-already" : "write" };
}

async function apply(plan: EditPlan, state: TrustState): Promise<void> {
  // The signatures first: they must never lie beside a root that they are not about.
  if (plan.replaced !== undefined) await removeRoot(state.folder, plan.replaced.root.version);
  if (plan.kind === "write") await writeRoot(state.folder, plan.root);
}

function questionOf(plan: EditPlan): string {
  if (plan.kind === "withdraw") return `Remove ${rootName(plan.root)} and its signatures?`;
  return plan.replaced === undefined ? `Write ${rootName(plan.root)}?` : `Replace ${rootName(plan.root)}?`;
}

function rootName({ version }: Root): string {
  return `root/${version}.json`;
}

/** The plan as text. */
export function renderEdit(plan: EditPlan, state: Pick<TrustState, "display">): string {
  return [renderChange(plan, state), ...renderOpenPoints(plan.open, state.display)].join("\n");
}

function renderChange(plan: EditPlan, state: Pick<TrustState, "display">): string {
  const { root, difference, replaced } = plan;
  const title = `root ${root.version - 1} -> ${root.version}`;
  const lost = replaced === undefined || replaced.signers.length === 0 ? "" : signaturesLost(replaced);
  switch (plan.kind) {
    case "unchanged":
      return `nothing differs from root ${root.version - 1}`;
    case "withdraw":
      return `nothing differs from root ${root.version - 1} any more: root ${root.version} is not needed${lost}`;
    case "written-already":
      return `${title}: written already\n${renderDifference(difference, state.display)}\nNext: npm run trust -- sign`;
    case "write":
      return [
        replaced === undefined
          ? title
          : `${title}, in place of the root ${root.version} that waits for signatures${lost}`,
        renderDifference(difference, state.display),
      ].join("\n");
  }
}

function signaturesLost({ signers }: KnownRoot): string {
  return `; the signatures of ${signers.map(({ principal }) => principal).join(", ")} go with it`;
}

function toJson(plan: EditPlan, written: boolean): object {
  const { kind, root, difference, replaced, open } = plan;
  return {
    kind,
    version: root.version,
    written,
    replacesPending: replaced !== undefined,
    difference: differenceToJson(difference),
    open: open.map((refusal) => ({ ...refusal })),
  };
}

import type { Digest } from "../../model/digest.ts";
import { pinSchema, type Pin } from "../../model/pin.ts";
import { accepted, combineAll, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import type { Statement } from "../../model/statements/statement.ts";
import { isSameApartFromLevel } from "../coverage/rollback.ts";
import type { Chain, Link } from "../coverage/statement-chain.ts";
import { isSamePin } from "../pin-step.ts";

export interface RestoreRequest {
  readonly stage: string;
  /** What each application that goes back is to be. */
  readonly after: ReadonlyMap<string, { readonly pin: Pin; readonly state: DesiredState }>;
  readonly chains: ReadonlyMap<string, Chain>;
  /** Statements that were revoked. */
  readonly revoked: ReadonlySet<Digest>;
}

/** Applications that go back to what one earlier statement left of them: one statement of kind rollback says so. */
export interface RestoredGroup {
  readonly restores: Statement;
  /** By name. */
  readonly applications: ReadonlyMap<string, RestoredApplication>;
}

export interface RestoredApplication {
  readonly state: DesiredState;
  /** What the earlier statement left. */
  readonly earlier: DesiredState;
  /** Whether nothing but the database's level is another than then. */
  readonly exact: boolean;
}

/**
 * Which earlier statements a rollback restores: a statement names one, so that there may be several to write. Exact ones
 * first, as they need no approval, and of these the newest.
 */
export function groupRestored(request: RestoreRequest): Outcome<readonly RestoredGroup[]> {
  const found = [...request.after].map(([name, after]) => findRestored(name, after, request));
  const combined = combineAll(found);
  if (combined.kind === "refused") return combined;
  const groups = new Map<Digest, { restores: Statement; applications: Map<string, RestoredApplication> }>();
  for (const { name, restores, application } of combined.value) {
    const group = groups.get(restores.digest) ?? { restores, applications: new Map<string, RestoredApplication>() };
    group.applications.set(name, application);
    groups.set(restores.digest, group);
  }
  return accepted([...groups.values()]);
}

interface Found {
  readonly name: string;
  readonly restores: Statement;
  readonly application: RestoredApplication;
}

function findRestored(
  name: string,
  { pin, state }: { readonly pin: Pin; readonly state: DesiredState },
  { stage, chains, revoked }: RestoreRequest,
): Outcome<Found> {
  const chain = chains.get(name);
  if (chain?.kind === "broken") return refused(chain.refusals);
  const withPin = (chain?.links ?? []).filter(({ transition }) => isSamePin(pinOf(transition.after), pin));
  const standing = withPin.filter(({ statement }) => !revoked.has(statement.digest));
  const exact = standing.findLast(({ transition }) => isSameApartFromLevel(transition.after, state));
  const link: Link | undefined = exact ?? standing.at(-1) ?? withPin.at(-1);
  const earlier = link?.transition.after;
  if (link === undefined || earlier === undefined) return refused([refuseNeverStated(name, pin, stage)]);
  return accepted({ name, restores: link.statement, application: { state, earlier, exact: exact !== undefined } });
}

function pinOf(state: DesiredState | undefined): Pin | undefined {
  const parsed = pinSchema.safeParse(state?.state["pin"]);
  return parsed.success ? parsed.data : undefined;
}

function refuseNeverStated(name: string, { image }: Pin, stage: string): Refusal {
  return {
    code: "nothing-to-restore",
    place: { path: `statements/${stage}` },
    found: `no statement that brought ${image.tag}@${image.digest.slice(0, 19)}… of ${name} to ${stage}`,
    expected: "an earlier statement that the rollback restores: a gated stage runs what was stated",
    action: `choose another update: npm run rollback -- ${stage} ${name} --list; or promote a version`,
  };
}

import { loadStage } from "../../adapters/stage-loader.ts";
import { writeApproval } from "../../adapters/statements/write-approval.ts";
import { findApproverRole, whenApproved } from "../../delivery/approval/approver.ts";
import { chooseStatements } from "../../delivery/approval/choice.ts";
import type { NewestStatement } from "../../delivery/approval/newest-statements.ts";
import { refuseOtherFiles } from "../../delivery/approval/same-files.ts";
import { shortDigest } from "../../delivery/coverage/statement-chain.ts";
import { desiredStatesOf } from "../../desired-states.ts";
import type { Json } from "../../model/json.ts";
import {
  accepted,
  combine,
  orThrow,
  refused,
  RefusalError,
  refusalsOf,
  renderBriefly,
  type Outcome,
} from "../../model/refusal.ts";
import { APPROVAL_NAMESPACE, renderApproval } from "../../model/statements/approval.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import { readStageRecord, type StageRecord } from "../../stage-record.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import {
  preparePublication,
  publishedToJson,
  renderPublished,
  UNPUBLISHED,
  type Publication,
  type PublicationOptions,
} from "../publication.ts";
import { findSigner, signAs, type Signer } from "../signer.ts";
import { changesToJson } from "../state-changes-json.ts";
import { folderOf, renderStatementInFull } from "../statement-text.ts";
import { inTrustFolder } from "../trust-folder-place.ts";
import { settleUnfinished, type FinishedChange } from "../unfinished-change.ts";

export interface ApproveOptions extends ChangeOptions, PublicationOptions {
  readonly key?: string;
  readonly role?: string;
  readonly all?: boolean;
}

export interface ApproveCall {
  readonly stage: string;
  readonly named: string | undefined;
  readonly options: ApproveOptions;
  readonly signal: AbortSignal;
}

/** A statement that this signer may approve. */
interface Approvable {
  readonly newest: NewestStatement;
  readonly role: string;
  readonly whenMs: number;
}

/** Shows what waits for approval, asks about each, and signs. @throws RefusalError with every reason */
export async function approve(call: ApproveCall): Promise<void> {
  const { stage, named, options, signal } = call;
  const nowMs = Date.now();
  const settled = await settleUnfinished(stage, options.dryRun === true);
  const finished = settled?.what === "approval" ? settled : undefined;
  const record = orThrow(await readStageRecord({ stage, nowMs, signal }), 2);
  const { newest, statements: all, chains, trust } = record;
  const broken = [...chains.values()].flatMap((chain) => (chain.kind === "broken" ? chain.refusals : []));
  const chosen = chooseStatements({ stage, named, newest, all, chains, wanted: ({ waits }) => waits });
  // What nobody can tell the newest of may wait as well.
  const waiting = orThrow(chosen, 1);
  if (named === undefined && waiting.length === 0 && broken.length > 0) throw new RefusalError([...new Set(broken)]);
  if (waiting.length === 0 && finished === undefined) {
    sayNothingWaits(call);
    return;
  }
  const loaded = orThrow(await loadStage({ project: record.project, stage, common: record.common }), 2);
  const read = combine({
    signer: await findSigner({ key: options.key, trust, namespace: APPROVAL_NAMESPACE, signal, nowMs }),
    publication: await preparePublication(options, signal),
  });
  const { signer, publication } = orThrow(read, 1);
  const desired = desiredStatesOf(loaded);
  const may = waiting
    .map((one) => toApprovable(one, call, record, signer, desired, nowMs))
    .filter((one, index) => waiting[index]?.statement.digest !== finished?.statement || !isOnlyDone(one));
  const approvable = orThrow(approvableOf(may), 1);
  await approveEach(call, record, signer, approvable, { publication, finished, nowMs });
}

/** Whether an approval that a killed run had decided on, and this one finished, is all that stands against another. */
function isOnlyDone(may: Outcome<unknown>): boolean {
  return may.kind === "refused" && may.refusals.every(({ code }) => code === "approved-already");
}

/** Of several that wait, those that this signer may approve; where there is none, why. */
function approvableOf(may: readonly Outcome<Approvable>[]): Outcome<readonly Approvable[]> {
  const approvable = may.flatMap((one) => (one.kind === "accepted" ? [one.value] : []));
  const against = may.flatMap(refusalsOf);
  if (approvable.length === 0 && against.length > 0) return refused([...new Set(against)]);
  if (against.length > 0) process.stderr.write(`not these:\n${renderBriefly(against)}\n\n`);
  return accepted(approvable);
}

function toApprovable(
  newest: NewestStatement,
  { options }: ApproveCall,
  { trust }: StageRecord,
  { principal, key }: Signer,
  desired: ReadonlyMap<string, DesiredState>,
  nowMs: number,
): Outcome<Approvable> {
  const signer = { principal, fingerprint: key.key.fingerprint };
  const role = inTrustFolder(findApproverRole({ newest, signer, role: options.role, trust, nowMs }));
  const refusals = [...refusalsOf(role), ...refuseOtherFiles(newest, desired)];
  if (role.kind === "refused" || refusals.length > 0) return refused(refusals);
  return accepted({ newest, role: role.value, whenMs: whenApproved(newest, signer, nowMs) });
}

interface ApprovalEnd {
  readonly publication: Publication;
  readonly finished: FinishedChange | undefined;
  readonly nowMs: number;
}

async function approveEach(
  { stage, options, signal }: ApproveCall,
  record: StageRecord,
  signer: Signer,
  approvable: readonly Approvable[],
  { publication, finished, nowMs }: ApprovalEnd,
): Promise<void> {
  const files: string[] = [...(finished?.files ?? [])];
  const signed: Approvable[] = [];
  for (const one of approvable) {
    const { statement, applications } = one.newest;
    if (options.json !== true) {
      const shown = renderStatementInFull(statement, applications, { nowMs, all: options.all === true });
      process.stdout.write(`${shown}\n\n`);
    }
    const question = `Approve ${shortDigest(statement.digest)} as ${signer.principal}, in the name of ${one.role}?`;
    if (options.dryRun === true || !(await confirm(question, options, signal))) continue;
    files.push(...(await sign(record, signer, one, signal)));
    signed.push(one);
  }
  const done = finished === undefined ? [] : [finished.statement];
  const digests = [...done, ...signed.map(({ newest }) => newest.statement.digest)];
  const published =
    files.length === 0
      ? UNPUBLISHED
      : await publication.publish({
          files,
          title: `Approve ${digests.map(shortDigest).join(", ")} in ${stage}`,
          body: "",
          trailers: { "Lockstep-Approves": digests.join(" "), "Lockstep-Stage": stage },
        });
  if (options.json === true) {
    const document = { stage, signer: signer.principal, statements: approvable.map((one) => toJson(one, signed)) };
    process.stdout.write(`${JSON.stringify({ ...document, ...publishedToJson(published) }, undefined, 2)}\n`);
    return;
  }
  const said = renderPublished(published);
  const lines =
    files.length === 0
      ? ["nothing was signed"]
      : [`wrote ${files.join(", ")}`, ...(said === "" ? [] : [said]), ...missingAfter(stage, signed)];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What comes after this signature. */
function missingAfter(stage: string, signed: readonly Approvable[]): readonly string[] {
  return signed.map((one) => {
    const { digest } = one.newest.statement;
    const missing = missingOf(one, signed);
    return missing === 0
      ? `${shortDigest(digest)}: no approval is missing. When it is merged: npm run deploy -- ${stage}`
      : `${shortDigest(digest)}: ${missing} more ${missing === 1 ? "approval is" : "approvals are"} missing: npm run approvals -- ${stage}`;
  });
}

function missingOf(one: Approvable, signed: readonly Approvable[]): number {
  return Math.max(0, (one.newest.approvals?.missing ?? 0) - (signed.includes(one) ? 1 : 0));
}

async function sign(
  { project, trust }: StageRecord,
  signer: Signer,
  { newest: { statement }, role, whenMs }: Approvable,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { stage, digest } = statement;
  const { principal } = signer;
  const text = renderApproval({ project, stage, statement: digest, role, principal, whenMs });
  const signature = await signAs(signer, APPROVAL_NAMESPACE, text, trust.allowedSigners, whenMs, signal);
  return writeApproval({ statement, text, signature });
}

function toJson(one: Approvable, signed: readonly Approvable[]): Json {
  const { statement, applications } = one.newest;
  return {
    ...{ digest: statement.digest, folder: folderOf(statement), kind: statement.kind, who: statement.who },
    ...{ reason: statement.reason, from: statement.from ?? null, role: one.role, written: signed.includes(one) },
    missing: missingOf(one, signed),
    applications: applications.map((name) => {
      const transition = statement.applications.get(name);
      return { name, changes: transition === undefined ? [] : changesToJson(name, transition) };
    }),
  };
}

function sayNothingWaits({ stage, options }: ApproveCall): void {
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ stage, statements: [] }, undefined, 2)}\n`
      : `${stage}: no statement waits for approvals\n`,
  );
}

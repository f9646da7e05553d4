import { writeApproval } from "../../adapters/statements/write-approval.ts";
import { chooseStatements } from "../../delivery/approval/choice.ts";
import type { NewestStatement } from "../../delivery/approval/newest-statements.ts";
import { planRevocation, type Revocation } from "../../delivery/approval/revocation.ts";
import { shortDigest } from "../../delivery/coverage/statement-chain.ts";
import { accepted, combine, orThrow, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { APPROVAL_NAMESPACE } from "../../model/statements/approval.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import { renderWithdrawal } from "../../model/statements/withdrawal.ts";
import { readStageRecord, type StageRecord } from "../../stage-record.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import {
  preparePublication,
  publishedToJson,
  renderPublished,
  UNPUBLISHED,
  type Published,
  type PublicationOptions,
} from "../publication.ts";
import { findSigner, signAs, type Signer } from "../signer.ts";
import { publishFinished } from "../finished-change.ts";
import { settleUnfinished, type FinishedChange } from "../unfinished-change.ts";
import { renderRevocation, revocationToJson } from "./revocation-text.ts";

export interface RevokeOptions extends ChangeOptions, PublicationOptions {
  readonly reason: string;
  readonly statement?: boolean;
  readonly key?: string;
}

export interface RevokeCall {
  readonly stage: string;
  readonly named: string | undefined;
  readonly options: RevokeOptions;
  readonly signal: AbortSignal;
}

/** A statement, and what this signer takes back of it. */
interface Planned {
  readonly newest: NewestStatement;
  readonly revocation: Revocation;
}

/** Takes back an approval, or a statement: shows what follows, asks, and signs. @throws RefusalError with every reason */
export async function revoke(call: RevokeCall): Promise<void> {
  const { stage, options, signal } = call;
  const nowMs = Date.now();
  const finished = await settleUnfinished(stage, options.dryRun === true);
  if (finished?.what === "withdrawal") {
    await endWithFinished(call, finished);
    return;
  }
  const record = orThrow(await readStageRecord({ stage, nowMs, signal }), 2);
  const read = combine({
    signer: await findSigner({ key: options.key, trust: record.trust, namespace: APPROVAL_NAMESPACE, signal, nowMs }),
    publication: await preparePublication(options, signal),
  });
  const { signer, publication } = orThrow(read, 1);
  const { newest, revocation } = orThrow(planOne(call, record, signer, nowMs), 1);
  const view = { newest, revocation, reason: options.reason, engineAnswers: record.deployed !== undefined };
  if (options.json !== true) process.stdout.write(`${renderRevocation(view)}\n`);
  const digest = shortDigest(newest.statement.digest);
  const what = revocation.withdraws === "statement" ? `the statement ${digest}` : `your approval of ${digest}`;
  const question = `Withdraw ${what} as ${signer.principal}?`;
  const confirmed = options.dryRun !== true && (await confirm(question, options, signal));
  const files = confirmed ? await sign(call, record, signer, { newest, revocation }) : [];
  const published = confirmed
    ? await publication.publish({
        files,
        title: `Withdraw ${revocation.withdraws === "statement" ? digest : `an approval of ${digest}`} in ${stage}`,
        body: options.reason,
        trailers: { "Lockstep-Withdraws": newest.statement.digest, "Lockstep-Stage": stage },
      })
    : UNPUBLISHED;
  if (options.json === true)
    process.stdout.write(`${JSON.stringify(revocationToJson(view, files, published), undefined, 2)}\n`);
  else process.stdout.write(confirmed ? renderWritten(files, published) : "nothing was withdrawn\n");
}

/** What was withdrawn is no more to be withdrawn; to go on would withdraw something else. */
async function endWithFinished({ stage, options, signal }: RevokeCall, finished: FinishedChange): Promise<void> {
  const published = await publishFinished(finished, stage, options, signal);
  const { statement: digest, folder, files } = finished;
  const end = { stage, statement: { digest, folder }, written: true, files, ...publishedToJson(published) };
  process.stdout.write(
    options.json === true ? `${JSON.stringify(end, undefined, 2)}\n` : renderWritten(files, published),
  );
}

function renderWritten(files: readonly string[], published: Published): string {
  const said = renderPublished(published);
  return `${[`wrote ${files.join(", ")}`, ...(said === "" ? [] : [said])].join("\n")}\n`;
}

function planOne(
  { stage, named, options }: RevokeCall,
  record: StageRecord,
  signer: Signer,
  nowMs: number,
): Outcome<Planned> {
  const { newest, statements: all, chains, gate, trust } = record;
  const who = { principal: signer.principal, fingerprint: signer.key.key.fingerprint };
  const planned = (one: NewestStatement): Outcome<Revocation> =>
    planRevocation({ newest: one, signer: who, statement: options.statement === true, gate, trust, nowMs });
  const signed = ({ statement, signed: { approvals } }: NewestStatement): boolean =>
    statement.who === who.principal || approvals.some(({ approval }) => approval.principal === who.principal);
  const wanted = (one: NewestStatement): boolean => signed(one) && planned(one).kind === "accepted";
  const chosen = chooseStatements({ stage, named, newest, all, chains, wanted });
  if (chosen.kind === "refused") return chosen;
  const [one, ...others] = chosen.value;
  if (one === undefined || others.length > 0) return refused([refuseWhich(stage, who.principal, chosen.value)]);
  const revocation = planned(one);
  return revocation.kind === "refused" ? revocation : accepted({ newest: one, revocation: revocation.value });
}

/** Whoever signed several says which, with enough of each to know it by; the newest first. */
function refuseWhich(stage: string, principal: string, found: readonly NewestStatement[]): Refusal {
  const statements = found.map(({ statement }) => statement).toSorted((left, right) => right.whenMs - left.whenMs);
  const [latest] = statements;
  const digits = latest === undefined ? "<digits of its digest>" : shortDigest(latest.digest);
  const lines = statements.map(
    ({ digest, kind, whenMs, applications }) =>
      `${shortDigest(digest)}  ${renderSignedTime(whenMs)}  ${kind} of ${[...applications.keys()].join(", ")}`,
  );
  return {
    code: "which-statement",
    place: { path: "[statement]" },
    found: latest === undefined ? `nothing of ${principal} that could be withdrawn` : lines.join("\n"),
    expected: "the statement that is meant",
    action: `name it: npm run revoke -- ${stage} ${digits} --reason "…"`,
  };
}

async function sign(
  { options: { reason }, signal }: RevokeCall,
  { project, trust }: StageRecord,
  signer: Signer,
  { newest: { statement }, revocation }: Planned,
): Promise<readonly string[]> {
  const { stage, digest } = statement;
  const { principal } = signer;
  const text = renderWithdrawal({ project, stage, statement: digest, principal, reason, ...revocation });
  const signature = await signAs(signer, APPROVAL_NAMESPACE, text, trust.allowedSigners, revocation.whenMs, signal);
  return writeApproval({ statement, text, signature });
}

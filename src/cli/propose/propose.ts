import { uncleanFiles } from "../../adapters/git-status.ts";
import { GitFolder } from "../../adapters/git.ts";
import { projectRoot } from "../../adapters/project.ts";
import { loadStage, type LoadedStage } from "../../adapters/stage-loader.ts";
import { writeStageChange } from "../../adapters/statements/write-stage-change.ts";
import { problemOfMember } from "../../delivery/coverage/people.ts";
import { planProposal } from "../../delivery/proposal.ts";
import { draftStatement } from "../../delivery/statement-draft.ts";
import { desiredStatesOf } from "../../desired-states.ts";
import { checkGitState } from "../../git-state.ts";
import { digestOf } from "../../model/digest.ts";
import { accepted, andThen, combine, orThrow, refused, type Outcome } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import {
  parseStatement,
  renderStatement,
  STATEMENT_NAMESPACE,
  type Statement,
} from "../../model/statements/statement.ts";
import { readStageRecord, type StageRecord } from "../../stage-record.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import {
  preparePublication,
  publishedToJson,
  renderPublished,
  UNPUBLISHED,
  type Publication,
  type Published,
  type PublicationOptions,
} from "../publication.ts";
import { findSigner, signAs, type Signer } from "../signer.ts";
import { approvalsStep, folderOf } from "../statement-text.ts";
import { inTrustFolder } from "../trust-folder-place.ts";
import { nameUncommitted, publishFinished } from "../finished-change.ts";
import { settleUnfinished, type FinishedChange } from "../unfinished-change.ts";
import { proposalToJson, renderProposal } from "./plan-text.ts";

export interface ProposeOptions extends ChangeOptions, PublicationOptions {
  readonly reason: string;
  readonly key?: string;
  readonly all?: boolean;
  readonly fetch?: boolean;
}

export interface ProposeCall {
  readonly stage: string;
  readonly names: readonly string[];
  readonly options: ProposeOptions;
  readonly signal: AbortSignal;
}

/** What is to be signed. */
interface Draft {
  readonly statement: Statement;
  readonly text: string;
}

/** States what was not stated about a stage, with the promoter's signature. @throws RefusalError with every reason */
export async function propose(call: ProposeCall): Promise<void> {
  const { stage, options, signal } = call;
  const nowMs = Date.now();
  const finished = await settleUnfinished(stage, options.dryRun === true);
  const record = orThrow(await readStageRecord({ stage, nowMs, signal }), 2);
  const loaded = orThrow(await loadStage({ project: record.project, stage, common: record.common }), 2);
  const proposal = planOf(call, record, loaded);
  if (proposal.kind === "accepted" && proposal.value.size === 0) {
    await endWithNothing(call, finished);
    return;
  }
  const read = combine({
    proposal,
    signer: await findPromoter(call, record, nowMs),
    git: await checkGit(call),
    publication: await preparePublication(options, signal),
  });
  const { signer, publication, proposal: after } = orThrow(read, 1);
  const draft = orThrow(draftOf(call, record, signer, after, nowMs), 1);
  const shown = { record, statement: draft.statement, steps: publication.steps };
  if (options.json !== true) process.stdout.write(`${renderProposal(shown, { nowMs, all: options.all === true })}\n`);
  const question = `Sign it as ${signer.principal}, and write ${folderOf(draft.statement)}?`;
  const confirmed = options.dryRun !== true && (await confirm(question, options, signal));
  const published = confirmed ? await write(call, record, loaded, signer, draft, publication) : UNPUBLISHED;
  if (options.json === true)
    process.stdout.write(`${JSON.stringify(proposalToJson(shown, confirmed, published), undefined, 2)}\n`);
  else process.stdout.write(confirmed ? renderWritten(record, draft, published) : "nothing was written\n");
}

function planOf({ names }: ProposeCall, record: StageRecord, loaded: LoadedStage) {
  const { definition, chains, court } = record;
  return planProposal({
    ...{ definition, chains, names, desired: desiredStatesOf(loaded) },
    refuse: (statement) => court.refuse(statement),
    known: [...loaded.catalogue.keys()],
    placeOf: (name) => loaded.source.placeOf(["config", "lockstep:pins", name]),
  });
}

/** Who signs, where that is a promoter of the stage. */
async function findPromoter(
  { stage, options, signal }: ProposeCall,
  { trust, gate }: StageRecord,
  nowMs: number,
): Promise<Outcome<Signer>> {
  const signer = await findSigner({ key: options.key, trust, namespace: STATEMENT_NAMESPACE, signal, nowMs });
  const promoter = andThen(signer, (found): Outcome<Signer> => {
    const { roles, revocations } = trust;
    const people = { roles, revocations, nowMs: undefined, endedKeys: new Set<string>() };
    if (problemOfMember(gate.promoters, found.principal, nowMs, people) === undefined) return accepted(found);
    return refused([
      {
        code: "not-a-promoter",
        place: { file: "roles.yaml" },
        found: `${found.principal}, who is no member of ${gate.promoters.join(" or ")} now`,
        expected: `a promoter, as the gate of ${stage} asks`,
        action: "let one of them propose it, or name another key: --key",
      },
    ]);
  });
  return inTrustFolder(promoter);
}

/** The stack file is what was edited; with a commit, what it was computed from must be in git as well. */
async function checkGit({ stage, options, signal }: ProposeCall): Promise<Outcome<unknown>> {
  const { base, fetch = true, commit, branch, push } = options;
  const commits = commit === true || branch !== undefined || push === true;
  const files = [`statements/${stage}`, ...(commits ? ["src/applications", "charts"] : [])];
  return checkGitState({ files, statementsOf: stage, base, fetch, signal });
}

function draftOf(
  { stage, options }: ProposeCall,
  { project, chains }: StageRecord,
  { principal: who }: Signer,
  after: Parameters<typeof draftStatement>[0]["after"],
  nowMs: number,
): Outcome<Draft> {
  const { reason } = options;
  const about = { kind: "change" as const, project, stage, from: undefined, reason, who };
  const drafted = draftStatement({ ...about, source: undefined, restores: undefined, after, chains, nowMs });
  return andThen(drafted, (draft) => {
    const text = renderStatement(draft);
    const file = `${folderOf({ stage, whenMs: draft.whenMs, digest: digestOf(text) })}/statement.json`;
    return andThen(parseStatement(Buffer.from(text), file), (statement) => accepted({ statement, text }));
  });
}

async function write(
  { stage, options, signal }: ProposeCall,
  { trust }: StageRecord,
  { source }: LoadedStage,
  signer: Signer,
  { statement, text }: Draft,
  publication: Publication,
): Promise<Published> {
  const signature = await signAs(signer, STATEMENT_NAMESPACE, text, trust.allowedSigners, statement.whenMs, signal);
  const written = await writeStageChange({ stage, source, changes: [], statement: text, signature });
  const edited = await editedStackFile(stage, signal);
  const names = [...statement.applications.keys()];
  return publication.publish({
    files: [...written.files, ...edited],
    title: `Propose ${names.length > 3 ? `${names.length} applications` : names.join(", ")} in ${stage}`,
    body: options.reason,
    trailers: { "Lockstep-Statement": statement.digest, "Lockstep-Stage": stage },
  });
}

/** What the statement is about belongs into its commit. */
async function editedStackFile(stage: string, signal: AbortSignal): Promise<readonly string[]> {
  const git = new GitFolder(projectRoot, signal);
  if (!(await git.isRepository())) return [];
  const file = stackFileName(stage);
  return (await uncleanFiles(git, [file])).length > 0 ? [file] : [];
}

function renderWritten({ gate, definition }: StageRecord, { statement }: Draft, published: Published): string {
  const said = renderPublished(published);
  const next =
    gate.approvals === undefined
      ? `next: when it is merged, npm run deploy -- ${definition.name}`
      : `next: ${approvalsStep(definition.name, gate.approvals.count)}`;
  return `${[`wrote ${folderOf(statement)}`, ...(said === "" ? [] : [said]), next].join("\n")}\n`;
}

/** Everything was stated: perhaps because this run has just finished what another one was killed at. */
async function endWithNothing({ stage, options, signal }: ProposeCall, finished?: FinishedChange): Promise<void> {
  const edited = finished === undefined ? [] : await editedStackFile(stage, signal);
  const whole = finished && { ...finished, files: [...new Set([...finished.files, ...edited])] };
  const published = await publishFinished(whole, stage, options, signal);
  if (finished === undefined) await nameUncommitted(stage, signal);
  const statement = finished?.what === "statement" ? { digest: finished.statement, folder: finished.folder } : null;
  const end = { stage, changed: false, written: statement !== null, applications: [], statement };
  const said = renderPublished(published);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...end, ...(finished && publishedToJson(published)) }, undefined, 2)}\n`
      : `${[`${stage}: nothing to propose, everything was stated so`, ...(said === "" ? [] : [said])].join("\n")}\n`,
  );
}

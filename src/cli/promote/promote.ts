import { readStatements } from "../../adapters/statements/read-statements.ts";
import { writeStageChange, type WrittenChange } from "../../adapters/statements/write-stage-change.ts";
import { stagesPath } from "../../adapters/stage-loader.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { chainsOf, tailOf, type Chain } from "../../delivery/coverage/statement-chain.ts";
import { callOf, draftPromotion, type PromotionDraft } from "../../delivery/promotion/promotion-plan.ts";
import { joinReasons, listReasons, type Reasons } from "../../delivery/promotion/reasons.ts";
import { orThrow, refusalsOf, RefusalError } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { STATEMENT_NAMESPACE } from "../../model/statements/statement.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { UNPUBLISHED, type Publication, type Published } from "../publication.ts";
import { findSigner, signAs, type Signer } from "../signer.ts";
import { terminalWidth } from "../text-table.ts";
import { nameUncommitted, publishFinished } from "../finished-change.ts";
import { settleUnfinished, type FinishedChange } from "../unfinished-change.ts";
import { planStatement, type PlannedStatement } from "./planned-statement.ts";
import { renderNothing, renderPromotion, renderWritten } from "./plan-text.ts";
import { promotionToJson } from "./plan-json.ts";
import { gatherEvidence, type EvidenceOptions, type PromotionEvidence } from "./promotion-evidence.ts";
import { findSubject, readInputs, type PromotionInputs, type SubjectNames } from "./promotion-inputs.ts";
import { publicationText } from "./promotion-commit.ts";
import { renderedDifference } from "./rendered-difference.ts";
import { shownVersions, type ShownVersion } from "./shown-version.ts";

export interface PromoteOptions extends ChangeOptions, EvidenceOptions {
  readonly reason?: string;
  readonly key?: string;
  readonly render?: boolean;
  readonly acceptDowntime?: boolean;
}

export interface PromoteCall extends Omit<SubjectNames, "reason"> {
  readonly options: PromoteOptions;
  readonly signal: AbortSignal;
}

/** A plan that nothing stands against, down to the bytes that will be signed. */
interface ReadyPromotion {
  readonly inputs: PromotionInputs;
  readonly plan: PromotionDraft["plan"];
  readonly applications: readonly ShownVersion[];
  readonly statement: PlannedStatement;
  readonly signer: Signer;
  readonly publication: Publication;
  readonly remarks: readonly string[];
  readonly rendered: string | undefined;
  readonly nowMs: number;
}

/** Plans a promotion, shows it, asks, signs and writes it. @throws RefusalError with every reason */
export async function promote(call: PromoteCall): Promise<void> {
  const { options, signal } = call;
  const subject = orThrow(await findSubject({ ...call, reason: options.reason }), 2);
  const finished = await settleUnfinished(call.to, options.dryRun === true);
  const inputs = orThrow(await readInputs(subject), 2);
  const nowMs = Date.now();
  const { trust } = inputs;
  const signer = await findSigner({ key: options.key, trust, namespace: STATEMENT_NAMESPACE, nowMs, signal });
  const who = signer.kind === "accepted" ? signer.value.principal : undefined;
  const draft = draftPromotion({
    ...{
      from: call.from,
      to: inputs.to,
      names: inputs.names,
      catalogue: inputs.target.catalogue,
      trust,
      promoter: who,
    },
    ...{ source: inputs.source.stackFile, target: inputs.target.stackFile, chains: inputs.chains, nowMs },
    ...{ acceptDowntime: options.acceptDowntime === true, stagesFile: displayPath(stagesPath()) },
    placeOf: (path) => inputs.target.source.placeOf(path),
  });
  if (draft.plan.applications.length === 0) {
    refuse(draft, draft.reasons);
    await endWithNothing(call, inputs, { plan: draft.plan, finished, nowMs });
    return;
  }
  if (process.stderr.isTTY) process.stderr.write(`Asking engine and cluster of ${call.from}, the registry and git …\n`);
  const evidence = await gatherEvidence({ inputs, plan: draft.plan, options, nowMs, signal });
  const unsigned = { whole: refusalsOf(signer), applications: new Map<string, never>() };
  refuse(draft, joinReasons(unsigned, draft.reasons, evidence.reasons));
  await carryOut(call, await makeReady(call, { inputs, draft, evidence, nowMs, signer: orThrow(signer, 1) }));
}

/** The target has it all: perhaps because this run has just finished what another one was killed at. */
async function endWithNothing(
  call: PromoteCall,
  { to }: PromotionInputs,
  end: Pick<ReadyPromotion, "plan" | "nowMs"> & { readonly finished: FinishedChange | undefined },
): Promise<void> {
  const { plan, finished, nowMs } = end;
  const { options, signal } = call;
  const published = await publishFinished(finished, to.name, options, signal);
  show(call, renderNothing({ ...plan, width: terminalWidth() }));
  if (finished === undefined) await nameUncommitted(to.name, signal);
  else show(call, renderWritten({ to: to.name, gate: to.gate, change: finished, published }));
  const written = finished?.what === "statement" ? { digest: finished.statement, folder: finished.folder } : undefined;
  report(call, plan, { applications: [], written, published, remarks: [], rendered: undefined, nowMs });
}

function refuse({ plan }: PromotionDraft, reasons: Reasons): void {
  const refusals = listReasons(reasons, callOf(plan, reasons));
  if (refusals.length > 0) throw new RefusalError(refusals, 1);
}

interface Decided extends Pick<ReadyPromotion, "inputs" | "signer" | "nowMs"> {
  readonly draft: PromotionDraft;
  readonly evidence: PromotionEvidence;
}

async function makeReady({ options, signal }: PromoteCall, decided: Decided): Promise<ReadyPromotion> {
  const { inputs, draft, evidence, nowMs, signer } = decided;
  const { plan } = draft;
  const { after, publication, remarks } = evidence;
  // What is not there was refused.
  if (after === undefined || publication === undefined) throw new Error("a promotion without its target");
  const planned = planStatement({ inputs, plan, evidence, after, who: signer.principal, nowMs });
  const statement = orThrow(planned, 1);
  const applications = shownVersions(plan.applications, evidence, statement);
  const rendered =
    options.render === true ? await renderedDifference(inputs.project, inputs.target, after, signal) : undefined;
  return { inputs, plan, applications, statement, signer, publication, remarks, rendered, nowMs };
}

async function carryOut(call: PromoteCall, ready: ReadyPromotion): Promise<void> {
  const { options, signal } = call;
  const { plan, applications, statement, rendered, nowMs, publication, remarks } = ready;
  const facts = { who: statement.who, reason: statement.reason, steps: publication.steps, remarks, rendered };
  show(call, renderPromotion({ ...plan, ...facts, applications, nowMs, width: terminalWidth() }));
  const question = `Sign as ${statement.who}, and write ${stackFileName(plan.to)} and the statement?`;
  const confirmed = options.dryRun !== true && (await confirm(question, options, signal));
  const result = confirmed ? await write(ready, signal) : undefined;
  const written = confirmed ? statement : undefined;
  const published = result?.published ?? UNPUBLISHED;
  report(call, plan, { applications, written, published, remarks, rendered, nowMs });
  const { gate } = ready.inputs.to;
  show(call, result === undefined ? "nothing was written" : renderWritten({ ...result, to: plan.to, gate }));
}

interface WriteResult {
  readonly change: WrittenChange;
  readonly published: Published;
}

async function write(ready: ReadyPromotion, signal: AbortSignal): Promise<WriteResult> {
  const { inputs, plan, statement, signer, publication } = ready;
  const { target, trust } = inputs;
  const message = statement.text;
  const { whenMs } = statement;
  const signature = await signAs(signer, STATEMENT_NAMESPACE, message, trust.allowedSigners, whenMs, signal);
  await refuseNewStatements(inputs, plan);
  const { changes, to: stage } = plan;
  const change = await writeStageChange({ stage, source: target.source, changes, statement: message, signature });
  const published = await publication.publish({ files: change.files, ...publicationText(plan, statement) });
  return { change, published };
}

/** Somebody may have stated something while the plan was read: what was shown would be no longer so. */
async function refuseNewStatements({ to, chains }: PromotionInputs, plan: PromotionDraft["plan"]): Promise<void> {
  const now = chainsOf(orThrow(await readStatements(to.name), 2));
  const changed = plan.applications.filter(({ name }) => newest(now.get(name)) !== newest(chains.get(name)));
  if (changed.length === 0) return;
  throw new RefusalError(
    changed.map(({ name }) => ({
      code: "stated-meanwhile",
      place: { path: `statements/${to.name}` },
      found: `a statement about ${name} that was not there when this was planned`,
      expected: "no statement about it meanwhile",
      action: "look at it, then type the command again; nothing was written",
    })),
  );
}

function newest(chain: Chain | undefined): string | undefined {
  return chain?.kind === "chain" ? tailOf(chain.links).statement.digest : chain?.kind;
}

function show({ options }: PromoteCall, text: string): void {
  if (options.json !== true) process.stdout.write(`${text}\n`);
}

function report(
  { options }: PromoteCall,
  plan: PromotionDraft["plan"],
  result: Omit<Parameters<typeof promotionToJson>[0], "plan">,
): void {
  if (options.json !== true) return;
  process.stdout.write(`${JSON.stringify(promotionToJson({ plan, ...result }), undefined, 2)}\n`);
}

import { candidatesFor } from "../../delivery/approval/approver.ts";
import { orThrow } from "../../model/refusal.ts";
import { readStageRecord } from "../../stage-record.ts";
import { approvalsToJson, renderApprovals, type ShownStatement } from "./approvals-text.ts";

export interface ApprovalsOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

export interface ApprovalsCall {
  readonly stage: string;
  readonly options: ApprovalsOptions;
  readonly signal: AbortSignal;
}

/** Who signed the newest statements of a stage, and what is missing. @throws RefusalError where nobody can tell */
export async function approvals({ stage, options, signal }: ApprovalsCall): Promise<void> {
  const nowMs = Date.now();
  const record = orThrow(await readStageRecord({ stage, nowMs, signal }), 2);
  const shown: readonly ShownStatement[] = record.newest.map((newest) => ({
    newest,
    candidates: newest.approvals?.missing === 0 ? [] : candidatesFor(newest, record.trust, nowMs),
  }));
  const broken = [
    ...new Set([...record.chains.values()].flatMap((chain) => (chain.kind === "broken" ? chain.refusals : []))),
  ];
  const view = { stage, statements: shown, broken, engineAnswers: record.deployed !== undefined };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(approvalsToJson(view), undefined, 2)}\n`
      : `${renderApprovals(view, { nowMs, all: options.all === true })}\n`,
  );
}

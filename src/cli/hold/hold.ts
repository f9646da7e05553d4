import { loadCatalogue } from "../../adapters/catalogue.ts";
import { projectRoot } from "../../adapters/project.ts";
import { planHold } from "../../delivery/hold-plan.ts";
import { findApplication } from "../../model/catalogue.ts";
import { andThen, combine, combineAll, orThrow } from "../../model/refusal.ts";
import type { ChangeOptions } from "../confirmation.ts";
import { findPrincipal } from "../signing-key.ts";
import { settleUnfinished } from "../unfinished-change.ts";
import { readHoldWords, type HoldWords } from "./hold-words.ts";
import { readHeldStage } from "./held-stage.ts";
import { writeHoldPlan } from "./write-plan.ts";

export interface HoldOptions extends ChangeOptions, HoldWords {
  readonly by?: string;
}

export interface HoldCall {
  readonly stage: string;
  /** None: the whole stage. */
  readonly applications: readonly string[];
  readonly options: HoldOptions;
  readonly signal: AbortSignal;
}

/** Plans a hold, shows it, asks, and writes it. @throws RefusalError with every reason */
export async function hold({ stage, applications, options, signal }: HoldCall): Promise<void> {
  const nowMs = Date.now();
  await settleUnfinished(stage, options.dryRun === true);
  const who = findPrincipal({ principal: options.by, option: "--by", project: projectRoot, signal });
  const [held, by, catalogue] = await Promise.all([readHeldStage(stage), who, loadCatalogue()]);
  const known = andThen(catalogue, (all) => combineAll(applications.map((name) => findApplication(all, name))));
  const read = orThrow(combine({ held, by, known, words: readHoldWords(options, nowMs) }), 2);
  const { reason, until } = read.words;
  const { stackFile, source } = read.held;
  const words = { reason, by: read.by, ...(until === undefined ? {} : { until }) };
  const plan = planHold({ stage, applications, stackFile, hold: words });
  await writeHoldPlan(plan, source, { options, signal, nowMs });
}

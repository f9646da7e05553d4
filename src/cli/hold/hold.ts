import { loadCatalogue } from "../../adapters/catalogue.ts";
import { projectRoot } from "../../adapters/project.ts";
import { planHold, planSingleVersionHold, type HoldPlan } from "../../delivery/hold-plan.ts";
import { findApplication } from "../../model/catalogue.ts";
import { hasEnded, heldImages } from "../../model/holds.ts";
import { accepted, andThen, combine, combineAll, orThrow, type Outcome } from "../../model/refusal.ts";
import type { Hold } from "../../model/stack-file.ts";
import type { ChangeOptions } from "../confirmation.ts";
import { findPrincipal } from "../signing-key.ts";
import { settleUnfinished } from "../unfinished-change.ts";
import { readHeldImage, type HeldImage } from "./held-image.ts";
import { readHoldWords, type HoldWords } from "./hold-words.ts";
import { readHeldStage, type HeldStage } from "./held-stage.ts";
import { writeHoldPlan } from "./write-plan.ts";

export interface HoldOptions extends ChangeOptions, HoldWords {
  readonly by?: string;
  /** One version of the one application; undefined: every version. */
  readonly image?: string;
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
  const [held, by, catalogue, version] = await Promise.all([
    readHeldStage(stage),
    who,
    loadCatalogue(),
    readHeldImage(options.image, applications),
  ]);
  const known = andThen(catalogue, (all) => combineAll(applications.map((name) => findApplication(all, name))));
  const read = orThrow(combine({ held, by, known, version, words: readHoldWords(options, nowMs) }), 2);
  const { reason, until } = read.words;
  const words = { reason, by: read.by, ...(until === undefined ? {} : { until }) };
  const plan = orThrow(planOf({ stage, applications, words, nowMs }, read.held, read.version), 1);
  const remarks = read.version === undefined ? remarksOn(plan, nowMs) : [];
  await writeHoldPlan(plan, read.held.source, { options, signal, nowMs, remarks });
}

/** An application has one hold: what keeps single versions away is written over. */
function remarksOn({ holds }: HoldPlan, nowMs: number): readonly string[] {
  return holds.flatMap(({ on, before }) => {
    const images = before === undefined || hasEnded(before, nowMs) ? undefined : heldImages(before);
    if (images === undefined) return [];
    return [
      `  in place of the hold of single versions of ${on}: when this one ends, ${images.join(", ")} may come again`,
    ];
  });
}

interface Wanted extends Pick<HoldCall, "stage" | "applications"> {
  readonly words: Hold;
  readonly nowMs: number;
}

function planOf(
  { stage, applications, words, nowMs }: Wanted,
  { stackFile }: HeldStage,
  version: HeldImage | undefined,
): Outcome<HoldPlan> {
  if (version === undefined) return accepted(planHold({ stage, applications, stackFile, hold: words }));
  return planSingleVersionHold({ stage, ...version, stackFile, hold: words, nowMs });
}

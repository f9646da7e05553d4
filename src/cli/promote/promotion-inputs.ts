import { readProjectName } from "../../adapters/project-name.ts";
import {
  loadCommonParts,
  loadStage,
  stagesPath,
  type CommonParts,
  type LoadedStage,
} from "../../adapters/stage-loader.ts";
import { readStatements } from "../../adapters/statements/read-statements.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { chainsOf, type Chain } from "../../delivery/coverage/statement-chain.ts";
import { refuseUnknown } from "../../delivery/promotion/promotion-plan.ts";
import { accepted, andThen, combine, refused, type Outcome } from "../../model/refusal.ts";
import { textSchema } from "../../model/statements/signed-json.ts";
import { findStage, type StageDefinition } from "../../model/stages.ts";
import type { Trust } from "../../model/trust/trust.ts";

/** What was asked for, and is there. */
export interface PromotionSubject {
  readonly project: string;
  readonly common: CommonParts;
  readonly trust: Trust;
  readonly from: StageDefinition;
  readonly to: StageDefinition;
  /** Each once; empty: everything that differs. */
  readonly names: readonly string[];
  /** For the statement. */
  readonly reason: string;
}

/** The files of both stages. */
export interface PromotionInputs extends PromotionSubject {
  readonly source: LoadedStage;
  readonly target: LoadedStage;
  /** Of the target. */
  readonly chains: ReadonlyMap<string, Chain>;
}

export interface SubjectNames {
  readonly from: string;
  readonly to: string;
  readonly applications: readonly string[];
  /** What --reason says. */
  readonly reason: string | undefined;
}

/** Finds stages and applications by their names, before any of their files is read. */
export async function findSubject({
  from,
  to,
  applications,
  reason,
}: SubjectNames): Promise<Outcome<PromotionSubject>> {
  const [project, common] = await Promise.all([readProjectName(), loadCommonParts()]);
  const { trust, catalogue } = common;
  const file = displayPath(stagesPath());
  const stageOf = (name: string) => andThen(trust, ({ stages }) => findStage(stages, name, file));
  const names: Outcome<readonly string[]> = andThen(catalogue, (known) => {
    const unknown = refuseUnknown(known, applications);
    return unknown.length > 0 ? refused(unknown) : accepted([...new Set(applications)]);
  });
  const found = combine({
    project,
    trust,
    from: stageOf(from),
    to: stageOf(to),
    names,
    reason: toReason(reason, from),
  });
  return andThen(found, (subject) => accepted({ ...subject, common }));
}

function toReason(text: string | undefined, from: string): Outcome<string> {
  const parsed = textSchema.safeParse(text?.trim() ?? `promoted from ${from}`);
  if (parsed.success) return accepted(parsed.data);
  return refused([
    {
      code: "invalid-reason",
      place: { path: "--reason" },
      found: text === undefined ? "nothing" : `${text.trim().length} characters`,
      expected: parsed.error.issues[0]?.message ?? "text",
      action: 'say why, for example --reason "tested by QA"',
    },
  ]);
}

/** Reads what both stages are to be, and what was stated about the target. */
export async function readInputs(subject: PromotionSubject): Promise<Outcome<PromotionInputs>> {
  const { project, common, from, to } = subject;
  const [source, target, statements] = await Promise.all([
    loadStage({ project, stage: from.name, common }),
    loadStage({ project, stage: to.name, common }),
    readStatements(to.name),
  ]);
  return andThen(combine({ source, target, statements }), (read) =>
    accepted({ ...subject, source: read.source, target: read.target, chains: chainsOf(read.statements) }),
  );
}

import { readProjectName } from "../../adapters/project-name.ts";
import { loadCommonParts, loadStage, stagesPath } from "../../adapters/stage-loader.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { stageDifference, type NamedStackFile, type StageDifference } from "../../delivery/status/stage-difference.ts";
import { findApplication } from "../../model/catalogue.ts";
import { accepted, andThen, combine, combineAll, orThrow } from "../../model/refusal.ts";
import { findStage } from "../../model/stages.ts";
import { refuseTwoForms } from "../output-form.ts";
import { terminalWidth } from "../text-table.ts";
import type { DiffOptions } from "./command.ts";
import { diffToJson } from "./diff-json.ts";
import { renderDiff, renderDiffMarkdown } from "./diff-text.ts";

export interface DiffCall {
  readonly left: string;
  readonly right: string;
  /** Empty: all. */
  readonly applications: readonly string[];
  readonly options: DiffOptions;
}

/** Prints what differs between two stages. @throws RefusalError (2) where one of them cannot be read */
export async function runDiff(call: DiffCall): Promise<void> {
  const { all = false, json = false, markdown = false } = call.options;
  refuseTwoForms(call.options);
  const difference = await diff(call);
  const view = { all, nowMs: Date.now() };
  const text = json
    ? JSON.stringify(diffToJson(difference), undefined, 2)
    : markdown
      ? renderDiffMarkdown(difference, view)
      : renderDiff(difference, view, terminalWidth());
  process.stdout.write(`${text}\n`);
}

async function diff({ left, right, applications }: DiffCall): Promise<StageDifference> {
  const common = await loadCommonParts();
  const { project, catalogue, trust } = orThrow(combine({ project: await readProjectName(), ...common }), 2);
  const find = (name: string) => findStage(trust.stages, name, displayPath(stagesPath()));
  const { named } = orThrow(
    combine({
      left: find(left),
      right: find(right),
      named: combineAll(applications.map((name) => findApplication(catalogue, name))),
    }),
    2,
  );
  const read = async (stage: string) =>
    andThen(await loadStage({ project, stage, common }), ({ stackFile }) =>
      accepted<NamedStackFile>({ stage, stackFile }),
    );
  const sides = orThrow(combine({ left: await read(left), right: await read(right) }), 2);
  const names = named.length > 0 ? new Set(named.map(({ name }) => name)) : catalogue.keys();
  return stageDifference({ ...sides, names: [...names].toSorted(), nowMs: Date.now() });
}

import { writeStackFile } from "../../adapters/stack-file-writer.ts";
import type { HoldPlan } from "../../delivery/hold-plan.ts";
import { stackFileName } from "../../model/stack-file.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { holdPlanToJson, renderHoldPlan } from "./plan-text.ts";

/** Shows a plan, asks, and writes it. @param source what it was planned on */
export async function writeHoldPlan(
  plan: HoldPlan,
  source: YamlSource,
  { options, signal, nowMs }: { readonly options: ChangeOptions; readonly signal: AbortSignal; readonly nowMs: number },
): Promise<void> {
  const file = stackFileName(plan.stage);
  const wanted = plan.changes.length > 0 && options.dryRun !== true;
  if (options.json !== true) process.stdout.write(`${renderHoldPlan(plan, nowMs)}\n`);
  const confirmed = wanted && (await confirm(`Write ${file}?`, options, signal));
  if (confirmed) await writeStackFile(plan.stage, source, plan.changes);
  if (options.json === true) process.stdout.write(`${JSON.stringify(holdPlanToJson(plan, confirmed), undefined, 2)}\n`);
  else if (confirmed) process.stdout.write(`wrote ${file}. Commit it: others know of it once it is merged\n`);
  else if (plan.changes.length > 0) process.stdout.write("nothing was written\n");
}

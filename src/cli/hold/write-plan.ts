import { writeStackFile } from "../../adapters/stack-file-writer.ts";
import type { HoldPlan } from "../../delivery/hold-plan.ts";
import { stackFileName } from "../../model/stack-file.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { holdPlanToJson, renderHoldPlan } from "./plan-text.ts";

export interface PlanWriting {
  readonly options: ChangeOptions;
  readonly signal: AbortSignal;
  readonly nowMs: number;
  /** Takes the plan's holds out of the cluster. @throws RefusalError where it does not let them go */
  readonly lift?: () => Promise<void>;
  /** What people should know besides. */
  readonly remarks?: readonly string[];
}

/** Shows a plan, asks, and carries it out. @param source what it was planned on */
export async function writeHoldPlan(
  plan: HoldPlan,
  source: YamlSource,
  { options, signal, nowMs, lift, remarks = [] }: PlanWriting,
): Promise<void> {
  const file = stackFileName(plan.stage);
  const [edits, lifts] = [plan.changes.length > 0, plan.inCluster.length > 0];
  const wanted = (edits || lifts) && options.dryRun !== true;
  if (options.json !== true) show([renderHoldPlan(plan, nowMs), ...remarks]);
  const question = [...(edits ? [`write ${file}`] : []), ...(lifts ? ["lift the hold in the cluster"] : [])].join(
    ", and ",
  );
  const confirmed = wanted && (await confirm(`${capital(question)}?`, options, signal));
  if (confirmed && edits) await writeStackFile(plan.stage, source, plan.changes);
  if (confirmed && lifts) await lift?.();
  if (options.json === true) show([JSON.stringify(holdPlanToJson(plan, confirmed, remarks), undefined, 2)]);
  else if (confirmed) {
    show([
      ...(lifts ? [`the cluster of ${plan.stage} holds it no more`] : []),
      ...(edits ? [`wrote ${file}. Commit it: others know of it once it is merged`] : []),
    ]);
  } else if (edits || lifts) show(["nothing was written"]);
}

function show(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

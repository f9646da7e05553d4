import { refuseTwoForms } from "../output-form.ts";
import { terminalWidth } from "../text-table.ts";
import type { StatusOptions } from "./command.ts";
import { statusToJson } from "./status-json.ts";
import { renderStatus, renderStatusMarkdown } from "./status-text.ts";
import { status } from "./status.ts";

/** Prints how things stand. @returns the exit code */
export async function runStatus(
  stages: readonly string[],
  options: StatusOptions,
  signal: AbortSignal,
): Promise<number> {
  refuseTwoForms(options);
  const { application = [], verify = false, deployed = false, json = false, markdown = false } = options;
  const report = await status({ stages, applications: application, verify, deployed, nowMs: Date.now(), signal });
  const text = json
    ? JSON.stringify(statusToJson(report), undefined, 2)
    : markdown
      ? renderStatusMarkdown(report)
      : renderStatus(report, terminalWidth());
  process.stdout.write(`${text}\n`);
  return report.stages.some(({ refusals }) => refusals.length > 0) ? 2 : 0;
}

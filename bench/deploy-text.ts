import Table from "cli-table3";
import { range, seconds } from "./duration-text.ts";
import type { DeployReport } from "./deploy-measurements.ts";
import type { Measurement } from "./samples.ts";

/** Target of issue 6, over plain `pulumi up`: so much of it, and so much more. */
const TARGET = { share: 0.15, ms: 1000 } as const;

/** What `deploy` and `rollback` cost, for people. Pure. */
export function renderDeploy({ applications, deploy, up, ...back }: DeployReport): string {
  const head = [`${applications} applications`, "median", "all runs", "processor time", "beside it"];
  const table = new Table({ head, style: { head: [], border: [] } });
  const add = ({ name, medianMs, runsMs, medianCpuMs }: Measurement, beside = ""): void => {
    table.push([name, seconds(medianMs), range(runsMs), seconds(medianCpuMs), beside]);
  };
  add(up);
  add(deploy, `${times(deploy, up)} pulumi up`);
  add(back.rollback);
  add(back.helmRollback, `rollback takes ${times(back.rollback, back.helmRollback)} it`);
  add(back.rolloutUndo, `rollback takes ${times(back.rollback, back.rolloutUndo)} it`);
  const over = seconds(deploy.medianMs - up.medianMs);
  const allowed = seconds(up.medianMs * TARGET.share + TARGET.ms);
  const share = `${TARGET.share * 100} % of it and ${seconds(TARGET.ms)}`;
  return `${table.toString()}\ndeploy over plain pulumi up: ${over}; target under ${allowed} (${share})`;
}

function times(one: Measurement, other: Measurement): string {
  return `${(one.medianMs / other.medianMs).toFixed(2)} times`;
}

import { tagOf } from "../../delivery/deployment/update-message.ts";
import { stackFileName } from "../../model/stack-file.ts";
import type { ReadyRollback } from "./carry-out.ts";
import type { DeployAhead } from "./deploy-ahead.ts";
import type { RollbackCall } from "./rollback.ts";

/** Whether the gate's approvals are missing: nothing is deployed before they are there. */
export function waitsForApprovals({ statements }: Pick<ReadyRollback, "statements">): boolean {
  return statements.some(({ approvalsFor }) => approvalsFor.length > 0);
}

/** What a yes does, after the files. */
export function stepsOf({ stage, options }: RollbackCall, ready: ReadyRollback): readonly string[] {
  const { publication, inputs } = ready;
  const count = inputs.record?.gate.approvals?.count ?? 0;
  if (waitsForApprovals(ready))
    return [
      ...publication.steps,
      `waits for ${count} ${count === 1 ? "approval" : "approvals"} (npm run approve -- ${stage}): nothing is deployed before`,
    ];
  return options.deploy === false
    ? publication.steps
    : [...publication.steps, `deploys ${stage}${alongText(ready.evidence.ahead)}`];
}

/** A deploy is of the whole stage. */
export function alongText({ along }: Pick<DeployAhead, "along">): string {
  if (along.length === 0) return "";
  const texts = along.map(({ name, running, pin }) => {
    const before = running === undefined ? "nothing" : tagOf(running.image);
    return `${name} ${before} -> ${pin.image.tag}`;
  });
  return `, and with it what its files have besides: ${texts.join(", ")}`;
}

export function questionText({ stage, options }: RollbackCall, ready: ReadyRollback): string {
  const { signer, statements, plan } = ready;
  const files = [
    stackFileName(stage),
    ...(statements.length === 0 ? [] : [statements.length === 1 ? "the statement" : `${statements.length} statements`]),
  ].join(" and ");
  const deploys = options.deploy !== false && !waitsForApprovals(ready);
  const down = plan.applications.some((one) => one.down !== undefined) ? "take the database back, " : "";
  const written = `${down}write ${files}${deploys ? `, and deploy ${stage}` : ""}?`;
  if (signer === undefined) return `${written.charAt(0).toUpperCase()}${written.slice(1)}`;
  return `Sign as ${signer.principal}, ${written}`;
}

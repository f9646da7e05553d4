import type { ApplicationRollout } from "../../model/rollout.ts";

/** What a deploy is asked for; `rollback` and `reconcile` ask as well. */
export interface DeployCall {
  readonly stage: string;
  readonly options: DeployOptions;
  /** A rollback's deploy is never rolled back, and holds on applications do not stop it. @default "deploy" */
  readonly purpose?: "deploy" | "rollback" | "reconcile";
  readonly signal: AbortSignal;
}

export interface DeployOptions {
  readonly reason?: string;
  readonly key?: string;
  readonly full?: boolean;
  readonly acceptDowntime?: boolean;
  readonly breakLock?: boolean;
  /** False: a failed roll-out stays as it is. */
  readonly rollback?: boolean;
  readonly base?: string;
  readonly fetch?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly commit?: boolean;
  readonly branch?: string;
  readonly push?: boolean;
}

/** How a deploy ended. What was refused before anything changed throws a RefusalError. */
export interface DeployResult {
  readonly stage: string;
  /** `nothing`: everything was as declared; `planned`: --dry-run, or a "no". */
  readonly ended: "nothing" | "planned" | "deployed" | "rolled-back" | "failed" | "interrupted";
  readonly applications: readonly {
    readonly name: string;
    readonly imageBefore: string | undefined;
    readonly imageAfter: string | undefined;
    readonly rollout: ApplicationRollout | undefined;
  }[];
}

/** Plans, shows, asks, deploys, follows and, where it fails, brings back. Writes to standard output and error itself. */
export function deployStage(call: DeployCall): Promise<DeployResult> {
  return Promise.reject(new Error(`deploying ${call.stage} is not there yet`));
}

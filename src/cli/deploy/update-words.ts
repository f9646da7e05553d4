import { hostname, userInfo } from "node:os";
import { projectRoot } from "../../adapters/project.ts";
import { updateMessage } from "../../delivery/deployment/update-message.ts";
import { findPrincipal } from "../signing-key.ts";
import type { DeployCall } from "./deploy-stage.ts";
import type { LookAhead } from "./look-ahead.ts";

/** What the stack's history will say of an update. */
export interface UpdateWords {
  readonly message: string;
  /** For programs: who, why, which statements. */
  readonly record: Readonly<Record<string, string>>;
}

/** Who deploys, why, and under which statements. */
export async function updateWords(call: DeployCall, { plan, record }: LookAhead): Promise<UpdateWords> {
  const { purpose = "deploy", options, signal } = call;
  const found = await findPrincipal({ principal: undefined, project: projectRoot, signal });
  const who = found.kind === "accepted" ? found.value : `${userInfo().username}@${hostname()}`;
  const statements = plan.applications.flatMap(({ name }) => record.statements.get(name) ?? []);
  const { reason } = options;
  return {
    message: updateMessage({ purpose, plan, reason }),
    record: {
      ...{ purpose, who },
      ...(reason === undefined ? {} : { reason }),
      ...(statements.length === 0 ? {} : { statements: [...new Set(statements)].join(" ") }),
    },
  };
}

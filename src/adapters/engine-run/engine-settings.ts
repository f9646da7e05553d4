import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../project.ts";

/**
 * For the Kubernetes provider: fields that somebody else has set since are set again. Without it the update fails half
 * way on a field that was scaled or edited by hand, also one that has the declared value; people see the drift first.
 */
export const DECLARED_WINS = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };

/**
 * The folder of the pack that judges a run; undefined for a run without one.
 * @param named empty for a run without one. @default PULUMI_OPTION_POLICY_PACK, else the project's own
 */
export function policyPackOf(named: string | undefined): string | undefined {
  const pack = named ?? process.env["PULUMI_OPTION_POLICY_PACK"] ?? projectPack();
  return pack === "" ? undefined : pack;
}

function projectPack(): string | undefined {
  const pack = join(projectRoot, "policy", "lockstep-policy");
  return existsSync(pack) ? pack : undefined;
}

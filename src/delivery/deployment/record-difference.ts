import type { DeployedStage, StackUpdate } from "../../model/deployed-stage.ts";
import type { Digest } from "../../model/digest.ts";
import type { VerifiedRoot } from "../../model/trust/trust.ts";
import { isWhole } from "../promotion/last-update.ts";

export interface RecordFacts {
  readonly deployed: Pick<DeployedStage, "root" | "statements">;
  /** Of the stack, the newest update that changed what runs; undefined: there was none. */
  readonly lastUpdate: StackUpdate | undefined;
  /** The root that counts now. */
  readonly root: VerifiedRoot | undefined;
  /** The newest statement about each application; empty in a stage without a gate. */
  readonly statements: ReadonlyMap<string, Digest>;
}

/**
 * Whether a deploy would leave other words in the stack, even where it changes no object: promotions of the next stage
 * count on what the last update of this one says.
 */
export function differsFromRecord({ deployed, lastUpdate, root, statements }: RecordFacts): boolean {
  if (lastUpdate === undefined || !isWhole(lastUpdate)) return true;
  if (root !== undefined && deployed.root?.digest !== root.digest) return true;
  return [...statements].some(([name, digest]) => deployed.statements.get(name) !== digest);
}

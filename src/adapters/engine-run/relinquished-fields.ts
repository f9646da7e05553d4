import { accepted, combineAll, type Outcome } from "../../model/refusal.ts";
import { tellKubectl, type ClusterAccess } from "../kubectl.ts";
import { Slots } from "../slots.ts";
import type { DeadManager } from "./settle-pending.ts";

const MAX_AT_ONCE = 8;

/**
 * Takes the names of dead runs from objects: what somebody else holds as well stays as it is, what a dead run alone
 * held goes. Twice is as once.
 */
export async function relinquishFields(
  dead: readonly DeadManager[],
  access: ClusterAccess,
): Promise<Outcome<undefined>> {
  const slots = new Slots(MAX_AT_ONCE);
  const done = combineAll(
    await Promise.all(
      dead.map(({ manager, named }) =>
        slots.use(async () => {
          // To apply an object that has a name alone is to hold none of its fields any longer.
          const words = ["apply", "--server-side", `--field-manager=${manager}`, "--filename", "-"];
          return tellKubectl(words, access, JSON.stringify(named));
        }),
      ),
    ),
  );
  return done.kind === "refused" ? done : accepted(undefined);
}

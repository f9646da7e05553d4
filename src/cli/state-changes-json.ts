import { changesBetween } from "../delivery/state-changes.ts";
import type { Json } from "../model/json.ts";
import type { Transition } from "../model/statements/statement.ts";

/** For programs: every difference, in full. */
export function changesToJson(name: string, { before, after }: Pick<Transition, "before" | "after">): Json {
  return changesBetween(name, before?.state, after?.state).map((change) => ({
    ...{ path: change.path, part: change.part, before: change.before ?? null, after: change.after ?? null },
    ...{ secret: change.secret, follows: change.follows },
  }));
}

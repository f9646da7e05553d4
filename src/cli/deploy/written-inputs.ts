import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { InputSnapshot } from "../../adapters/input-snapshot.ts";
import { digestOf, type Digest } from "../../model/digest.ts";
import { RefusalError, type Refusal } from "../../model/refusal.ts";
import { listed } from "./shown-inputs.ts";
import { goOnStep } from "./go-on-steps.ts";

/** What a way back was planned on, and what it wrote itself: nothing else is to be deployed by it. */
export interface WrittenInputs {
  /** Taken before any of it was read. */
  readonly before: InputSnapshot;
  /** Everything that was written since, relative to the project. */
  readonly files: ReadonlyMap<string, Digest>;
}

/**
 * A way back goes where nobody looks any more: what it deploys is what it has written, on what it was planned on.
 * @param now taken before the files are read that are deployed
 * @throws RefusalError where somebody has saved something else since
 */
export function refuseNotAsWritten({ before, files }: WrittenInputs, now: InputSnapshot): void {
  const names = new Set([...before.inputs.keys(), ...now.inputs.keys(), ...files.keys()]);
  const changed = [...names].filter((name) => {
    const digest = files.get(name);
    if (digest === undefined) return before.inputs.get(name) !== now.inputs.get(name);
    return !now.inputs.has(name) || digestOfFile(join(now.places.project, name)) !== digest;
  });
  if (changed.length > 0) throw new RefusalError([refuseChanged(now.stage, changed.toSorted())], 1);
}

function digestOfFile(path: string): Digest | undefined {
  try {
    return digestOf(readFileSync(path));
  } catch {
    // Gone meanwhile, or no file any more.
    return undefined;
  }
}

function refuseChanged(stage: string, changed: readonly string[]): Refusal {
  return {
    code: "not-as-written",
    place: { path: stage },
    found: listed("changed since the way back was planned, and not by it:", changed),
    expected: "every file as it was planned on, or as the way back has written it",
    action: `the way back is written, and nothing of it is deployed: look at git status, put aside what does not belong there, and commit the rest; then ${goOnStep(stage)}`,
  };
}

import type { Refusal } from "../../model/refusal.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import { differencesOf } from "../coverage/differences.ts";
import type { NewestStatement } from "./newest-statements.ts";

const SHOWN = 5;

/**
 * Refuses a statement that says something else than the files here: who approves it would sign for something that
 * nobody can see in this checkout.
 * @param desired of every application that runs in the stage, by the files
 */
export function refuseOtherFiles(
  { statement, applications }: NewestStatement,
  desired: ReadonlyMap<string, DesiredState>,
): readonly Refusal[] {
  return applications.flatMap((name) => {
    const stated = statement.applications.get(name)?.after;
    const here = desired.get(name);
    if (stated?.digest === here?.digest) return [];
    return [
      {
        code: "other-state-here",
        place: { file: statement.file, path: `predicate.applications.${name}.after` },
        found: describe(name, stated, here),
        expected: "files that say what is to be approved",
        action: "check out the branch with the statement, and nothing else changed: git status, git pull",
      },
    ];
  });
}

function describe(name: string, stated: DesiredState | undefined, here: DesiredState | undefined): string {
  if (stated === undefined) return `${name}, which the statement takes out, is in the files here`;
  if (here === undefined) return `no ${name} in the files here`;
  const differences = differencesOf(name, stated.state, here.state).map(({ text }) => text);
  const more = differences.length - SHOWN;
  const listed = [...differences.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
  return [`${name} is otherwise in the files here:`, ...listed].join("\n");
}

import { basename, dirname } from "node:path";
import { findRivals } from "../../adapters/statements/rival-statements.ts";
import type { Refusal } from "../../model/refusal.ts";
import { statingCommand } from "../../model/statements/stating-verb.ts";
import { shellCommand } from "../../model/shell-word.ts";
import type { Statement } from "../../model/statements/statement.ts";

/** Two branches moved one application to two versions: one of them has to give way. */
export async function conflictOf(application: string, path: string): Promise<Refusal> {
  const stage = /^Pulumi\.(.+)\.yaml$/.exec(basename(path))?.[1];
  const rivals = stage === undefined ? undefined : await findRivals(stage, application).catch(() => undefined);
  const [ours, theirs] = [rivals?.ours, rivals?.theirs];
  const again = ours === undefined ? `state ${application} again` : statingCommand(ours, [...ours.applications.keys()]);
  return {
    code: "conflicting-application",
    place: { file: path, path: application },
    found: [`${application} was changed in two ways`, name("ours", ours), name("theirs", theirs)].join("\n"),
    expected: "one change of an application on top of the other",
    action: [
      `keep theirs between the markers (or all of it: ${shellCommand(["git", "checkout", "--theirs", path])})`,
      ours === undefined
        ? "remove your statement's folder"
        : shellCommand(["git", "rm", "-r", "--force", dirname(ours.file)]),
      `finish the merge, then: ${again}`,
      "(in a rebase, ours is the branch and theirs is yours)",
    ].join("\n"),
  };
}

/** Lines that two branches wrote in two ways, beside what the verbs write. */
export function otherConflict(path: string, places: number): Refusal {
  return {
    code: places > 0 ? "conflicting-lines" : "not-merged",
    place: { file: path },
    found:
      places > 0 ? `${places} places with conflict markers` : "a text that does not read as both branches meant it",
    expected: "a stack file that both branches' changes fit into",
    action: `look at ${path}, mend it, then: ${shellCommand(["git", "add", path])}; npm run check`,
  };
}

function name(side: string, statement: Statement | undefined): string {
  if (statement === undefined) return `${side}: no statement about it was found`;
  return `${side}: ${dirname(statement.file)}, by ${statement.who}: ${statement.reason}`;
}

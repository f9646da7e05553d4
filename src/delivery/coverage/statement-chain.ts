import { hexOf, type Digest } from "../../model/digest.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import { statingCommand } from "../../model/statements/stating-verb.ts";
import type { Statement, Transition } from "../../model/statements/statement.ts";
import { shellCommand, shellWord } from "../../model/shell-word.ts";

/** One statement as it concerns one application. */
export interface Link {
  readonly statement: Statement;
  readonly transition: Transition;
}

/** Everything that was stated about one application in one stage, the first statement first. */
export type Chain =
  | {
      readonly kind: "chain";
      readonly links: readonly [Link, ...Link[]];
      /** The last step, where several state the very same one: nothing came on top of them yet. */
      readonly echoes: readonly Link[];
    }
  | { readonly kind: "broken"; readonly refusals: readonly Refusal[] };

/** The chains of all applications that the statements mention, by name. */
export function chainsOf(statements: readonly Statement[]): ReadonlyMap<string, Chain> {
  const links = new Map<string, Link[]>();
  for (const statement of statements) {
    for (const [name, transition] of statement.applications) {
      const known = links.get(name);
      if (known === undefined) links.set(name, [{ statement, transition }]);
      else known.push({ statement, transition });
    }
  }
  return new Map([...links].map(([name, known]) => [name, toChain(name, known)]));
}

/** What the newest statement about an application is. */
export function tailOf(links: readonly [Link, ...Link[]]): Link {
  return links.at(-1) ?? links[0];
}

/** The first digits of a digest, as they stand in the folder's name. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12);
}

function toChain(name: string, links: readonly Link[]): Chain {
  const byDigest = new Map(links.map((link) => [link.statement.digest, link]));
  const successors = new Map<Digest | undefined, Link[]>();
  for (const link of links) {
    const { previous } = link.transition;
    successors.set(previous, [...(successors.get(previous) ?? []), link]);
  }
  // One root, every predecessor there: following the successors visits every link once.
  const ordered: Link[] = [];
  const conflicts: Refusal[] = [];
  let last: readonly Link[] = [];
  for (let next = successors.get(undefined) ?? []; next.length > 0;) {
    if (!areEchoes(next)) conflicts.push(refuseConflict(name, next));
    last = next.toSorted(byTime);
    ordered.push(...last);
    next = next.flatMap(({ statement }) => successors.get(statement.digest) ?? []);
  }
  const refusals = [...conflicts, ...links.flatMap((link) => refuseLink(name, link, byDigest))];
  const [first, ...rest] = ordered;
  if (refusals.length > 0 || first === undefined) return { kind: "broken", refusals };
  return { kind: "chain", links: [first, ...rest], echoes: last.length > 1 ? last : [] };
}

/**
 * Two people may state the very same step on two branches, and git sees no conflict in it. Both may be on the base
 * branch by then, where nothing is removed: what is stated on top of them settles it.
 */
function areEchoes(rivals: readonly Link[]): boolean {
  return new Set(rivals.map(({ transition }) => transition.after?.digest)).size === 1;
}

function byTime(left: Link, right: Link): number {
  const [one, other] = [left.statement, right.statement];
  return one.whenMs - other.whenMs || (one.digest < other.digest ? -1 : 1);
}

function refuseLink(name: string, { statement, transition }: Link, known: ReadonlyMap<Digest, Link>): Refusal[] {
  const { previous, before } = transition;
  const path = `predicate.applications.${name}`;
  if (previous === undefined) return before === undefined ? [] : [refuseBefore(name, statement, before, undefined)];
  const predecessor = known.get(previous);
  if (predecessor === undefined) {
    return [
      {
        code: "missing-statement",
        place: { file: statement.file, path: `${path}.previous` },
        found: `a statement that continues ${previous}, which is not there`,
        expected: `all statements about ${name}: they are only ever added to`,
        action: `bring the statement ${shortDigest(previous)} back: git log --all --diff-filter=D -- statements`,
      },
    ];
  }
  const refusals: Refusal[] = [];
  if (before?.digest !== predecessor.transition.after?.digest) {
    refusals.push(refuseBefore(name, statement, before, predecessor.transition.after));
  }
  if (statement.whenMs < predecessor.statement.whenMs) {
    refusals.push({
      code: "statement-before-predecessor",
      place: { file: statement.file, path: "predicate.when" },
      found: new Date(statement.whenMs).toISOString(),
      expected: `a time not before its predecessor's: ${new Date(predecessor.statement.whenMs).toISOString()}`,
      action: "look at the clock of who wrote it, remove this statement, and write it again",
    });
  }
  return refusals;
}

/** @param left by its predecessor; before the first statement nothing was stated */
function refuseBefore(
  name: string,
  { file }: Statement,
  before: DesiredState | undefined,
  left: DesiredState | undefined,
): Refusal {
  return {
    code: "discontinuous-statement",
    place: { file, path: `predicate.applications.${name}.before` },
    found: before?.digest ?? "nothing before",
    expected: `what was stated before it: ${left?.digest ?? "nothing"}`,
    action: "remove this statement and write it again",
  };
}

/** Nobody can tell whose signature and approvals the step rests on, until it is stated once more, on top. */
export function refuseEchoes(name: string, chain: Chain): readonly Refusal[] {
  const [echo] = chain.kind === "chain" ? chain.echoes : [];
  if (chain.kind === "broken" || echo === undefined) return [];
  const { statement } = echo;
  const others = chain.echoes.map(
    (one) => `${folderOf(one.statement)}, by ${one.statement.who}: ${one.statement.reason}`,
  );
  return [
    {
      code: "conflicting-statements",
      place: { file: statement.file, path: `predicate.applications.${name}` },
      found: [`${chain.echoes.length} statements that bring ${name} to the same state:`, ...others].join("\n"),
      expected: "one statement that is the newest: two people moved it at the same time",
      action: `state it once more, on top of them, and have that approved: npm run propose -- ${statement.stage} ${name} --reason "…"`,
    },
  ];
}

/** What the base branch has is never removed; what only this branch has may be, and is stated again on top. */
function refuseConflict(name: string, rivals: readonly Link[]): Refusal {
  const statements = rivals
    .map(({ statement }) => statement)
    .toSorted((left, right) => (left.file < right.file ? -1 : 1));
  const previous = rivals[0]?.transition.previous;
  const folders = statements.map(folderOf);
  return {
    code: "conflicting-statements",
    place: { file: statements[0]?.file ?? "", path: `predicate.applications.${name}.previous` },
    found: [
      `${rivals.length} statements about ${name} that ${previous === undefined ? "are its first" : `continue ${shortDigest(previous)}`}:`,
      ...statements.map((one) => `${folderOf(one)}, by ${one.who}: ${one.reason}`),
    ].join("\n"),
    expected: "one statement that continues another: two people moved it at the same time",
    action: [
      `see which is on the base branch: git ls-tree --name-only origin/main ${shellCommand(folders.map((folder) => `${folder}/`))}`,
      "that one stays; remove the other, leave the stack file as the one that stays has it, and state it again on top:",
      ...statements.map(
        (one) => `git rm -r --force ${shellWord(folderOf(one))}; ${statingCommand(one, [...one.applications.keys()])}`,
      ),
    ].join("\n"),
  };
}

function folderOf({ file }: Statement): string {
  return file.replace(/\/[^/]*$/, "");
}

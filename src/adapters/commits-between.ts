import { printable } from "../model/refusal.ts";
import { GitFolder } from "./git.ts";
import { projectRoot } from "./project.ts";
import { ProcessError } from "./processes.ts";

/** What lies between two commits. */
export interface CommitsBetween {
  /** Commits of the later one that the earlier one does not have. */
  readonly count: number;
  /** Their first lines, newest first; at most 20. */
  readonly subjects: readonly string[];
  /** Commits of the earlier one that the later one does not have: not a step forward alone. */
  readonly dropped: number;
}

export interface RevisionStep {
  /** As an image's label has it. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const MAX_SUBJECTS = 20;
/** Abbreviated as git does by default, or whole. */
const REVISION = /^[0-9a-f]{7,64}$/i;

/** The commits between two revisions, where this repository has both. */
export async function commitsBetween(
  from: string,
  to: string,
  signal: AbortSignal,
  folder: string = projectRoot,
): Promise<CommitsBetween | undefined> {
  const [between] = await commitsOfSteps([{ from, to }], signal, folder);
  return between;
}

/** The same for many, in their order: what this repository does not have is asked for at once. */
export async function commitsOfSteps(
  steps: readonly RevisionStep[],
  signal: AbortSignal,
  folder: string = projectRoot,
): Promise<readonly (CommitsBetween | undefined)[]> {
  const revisions = [...new Set(steps.flatMap(({ from, to }) => [from, to]))].filter(isRevision);
  if (revisions.length === 0) return steps.map(() => undefined);
  const git = new GitFolder(folder, signal);
  // Where a part of the history is missing, nobody can tell how much.
  if (!(await git.isRepository()) || (await git.isShallow())) return steps.map(() => undefined);
  const commits = await knownCommits(git, revisions);
  const ranges = steps.map(({ from = "", to = "" }) => ({ start: commits.get(from), end: commits.get(to) }));
  const history = await readHistory(git, ranges);
  if (history === undefined) return steps.map(() => undefined);
  return ranges.map(({ start, end }) =>
    start === undefined || end === undefined ? undefined : between(history, start, end),
  );
}

function isRevision(text: string | undefined): text is string {
  return text !== undefined && REVISION.test(text);
}

/** Those of some revisions that are commits here, in full. */
async function knownCommits(git: GitFolder, revisions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const question = ["cat-file", "--batch-check=%(objecttype) %(objectname)"];
  const answers = await git.answer(question, { input: `${revisions.join("\n")}\n`, local: true });
  const lines = answers.split("\n");
  return new Map(
    revisions.flatMap((revision, index) => {
      const name = /^commit (?<name>[0-9a-f]+)$/.exec(lines[index] ?? "")?.groups?.["name"];
      // A branch can be called like an abbreviated commit: then git speaks of another.
      return name?.startsWith(revision.toLowerCase()) === true ? [[revision, name] as const] : [];
    }),
  );
}

/** Some commits, newest first, and their parents by their places in it, as far as these are in it. */
interface History {
  readonly places: ReadonlyMap<string, number>;
  readonly parents: readonly (readonly number[])[];
  readonly subjects: readonly string[];
}

interface Range {
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/**
 * What lies between the ends of all ranges, read once: a process for each would take a minute for a thousand. Undefined
 * where something of it was left out at cloning.
 */
async function readHistory(git: GitFolder, ranges: readonly Range[]): Promise<History | undefined> {
  const whole = ranges.flatMap(({ start, end }) => (start === undefined || end === undefined ? [] : [start, end]));
  const ends = [...new Set(whole)];
  if (ends.length === 0) return undefined;
  const flags = ["--format=%H%x00%P%x00%s", "--no-show-signature", "--encoding=UTF-8", "--no-color"];
  try {
    const base = (await git.find(["merge-base", "--octopus", ...ends])).trim();
    const input = [...ends, ...(base === "" ? [] : [`^${base}`])].join("\n");
    return parseHistory(await git.answer(["log", "-z", ...flags, "--stdin"], { input: `${input}\n`, local: true }));
  } catch (error) {
    if (error instanceof ProcessError && error.code === "failed") return undefined;
    throw error;
  }
}

function parseHistory(text: string): History {
  const fields = text.split("\0");
  const rows = Array.from({ length: Math.floor(fields.length / 3) }, (_, row) => fields.slice(row * 3, row * 3 + 3));
  const places = new Map(rows.map(([name = ""], place) => [name, place]));
  return {
    places,
    parents: rows.map(([, names = ""]) => names.split(" ").flatMap((name) => places.get(name) ?? [])),
    subjects: rows.map(([, , subject = ""]) => subject),
  };
}

function between(history: History, start: string, end: string): CommitsBetween {
  const [earlier, later] = [reachable(history, start), reachable(history, end)];
  const subjects: string[] = [];
  let [count, dropped] = [0, 0];
  for (const [place, subject] of history.subjects.entries()) {
    if (earlier[place] === later[place]) continue;
    if (later[place] !== 1) dropped++;
    else if (count++ < MAX_SUBJECTS) subjects.push(printable(subject).replaceAll("\n", " "));
  }
  return { count, subjects, dropped };
}

/** A one at the place of each commit that a commit has: itself, and all that came before it. */
function reachable({ places, parents }: History, commit: string): Uint8Array {
  const reached = new Uint8Array(parents.length);
  const waiting = [places.get(commit) ?? []].flat();
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (reached[place] === 1) continue;
    reached[place] = 1;
    waiting.push(...(parents[place] ?? []));
  }
  return reached;
}

import stringWidth from "string-width";
import { printable } from "../model/refusal.ts";
import type { ApplicationRollout, RolloutProblem } from "../model/rollout.ts";
import { terminalWidth } from "./text-table.ts";

/** Shows how a roll-out goes on, in place on a terminal and line by line elsewhere. */
export interface RolloutView {
  readonly show: (all: readonly ApplicationRollout[]) => void;
  /** Takes away what is shown in place, so that other text can follow. */
  readonly clear: () => void;
}

export interface RolloutStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly write: (text: string) => unknown;
}

export function rolloutView(stream: RolloutStream): RolloutView {
  return stream.isTTY === true ? new InPlace(stream) : new LineByLine(stream);
}

/** A line for where it stands, and one for each problem; with what the containers wrote. */
export function renderRollout(rollout: ApplicationRollout): string {
  return [headOf(rollout), ...rollout.problems.map((problem) => renderProblem(problem))].join("\n");
}

/** Such as `  Pod/portal-5c9…: the image … cannot be pulled`; below it the log. */
export function renderProblem({ object, text, log }: RolloutProblem): string {
  const lines = log.map((line) => `    | ${printable(line)}`);
  return [`  ${printable(`${object}: ${text}`).replaceAll("\n", " ")}`, ...lines].join("\n");
}

function headOf({ application, workloads, done }: ApplicationRollout): string {
  if (workloads.length === 0) return `${application}: ${done ? "rolled out" : "not begun"}`;
  const [ready, wanted] = [sum(workloads, "ready"), sum(workloads, "wanted")];
  return `${application}: ${done ? "rolled out, " : ""}${ready} of ${wanted} ready`;
}

function sum(workloads: ApplicationRollout["workloads"], key: "ready" | "wanted"): number {
  return workloads.reduce((total, workload) => total + workload[key], 0);
}

class LineByLine implements RolloutView {
  readonly #stream: RolloutStream;
  readonly #said = new Map<string, ReadonlySet<string>>();

  constructor(stream: RolloutStream) {
    this.#stream = stream;
  }

  /** What was said of an application is not said again; one that was there all the time is not spoken of. */
  show(all: readonly ApplicationRollout[]): void {
    for (const rollout of all) {
      const { application, done, problems } = rollout;
      const said = this.#said.get(application);
      const lines = [headOf(rollout), ...problems.map(({ object, text }) => `${application}: ${object}: ${text}`)];
      const fresh = lines.filter((line) => said?.has(line) !== true);
      if (said !== undefined || !done) this.#write(fresh);
      this.#said.set(application, new Set([...(said ?? []), ...lines]));
    }
  }

  clear(): void {
    // What was written stays.
  }

  #write(lines: readonly string[]): void {
    for (const line of lines) this.#stream.write(`${printable(line).replaceAll("\n", " ")}\n`);
  }
}

const MAX_LINES = 12;
/** Control sequences of ECMA-48: cursor up, and erase from there to the end of the screen. */
const up = (lines: number): string => `\u001b[${lines}A\r\u001b[J`;

class InPlace implements RolloutView {
  readonly #stream: RolloutStream;
  #shown = 0;

  constructor(stream: RolloutStream) {
    this.#stream = stream;
  }

  show(all: readonly ApplicationRollout[]): void {
    this.clear();
    const lines = this.#linesOf(all).map((line) => this.#fit(line));
    this.#stream.write(lines.map((line) => `${line}\n`).join(""));
    this.#shown = lines.length;
  }

  clear(): void {
    if (this.#shown > 0) this.#stream.write(up(this.#shown));
    this.#shown = 0;
  }

  /** Those that are not there yet, the ones with problems first. */
  #linesOf(all: readonly ApplicationRollout[]): readonly string[] {
    const open = all.filter(({ done }) => !done);
    const inOrder = open.toSorted((left, right) => right.problems.length - left.problems.length);
    const lines = inOrder.flatMap((rollout) => [
      headOf(rollout),
      ...rollout.problems.map(({ object, text }) => `  ${object}: ${text}`),
    ]);
    // A terminal that does not know its size says 0.
    const rows = this.#stream.rows === undefined || this.#stream.rows === 0 ? MAX_LINES + 3 : this.#stream.rows;
    const room = Math.max(1, Math.min(MAX_LINES, rows - 3));
    const more = lines.length > room ? [`… and ${lines.length - room} more lines`] : [];
    return [`${all.length - open.length} of ${all.length} rolled out`, ...lines.slice(0, room), ...more];
  }

  /** A line that wraps would be two, and the cursor would be wrong. */
  #fit(line: string): string {
    const width = terminalWidth(this.#stream.columns ?? 0) - 1;
    const plain = printable(line).replaceAll("\n", " ");
    if (stringWidth(plain) <= width) return plain;
    let end = plain.length;
    while (end > 0 && stringWidth(plain.slice(0, end)) > width - 1) end--;
    return `${plain.slice(0, end)}…`;
  }
}

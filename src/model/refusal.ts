/** Where a refusal was found: a file with its line and column (both from 1), a key path, or any of these alone. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Key path such as `lockstep:settings.appointments.replicas`, or the name of what was looked at. */
  readonly path?: string;
}

/** One reason for a "no". Tests assert on `code`; people read the rest. */
export interface Refusal {
  /** Stable, kebab-case. */
  readonly code: string;
  readonly place: Place;
  readonly found: string;
  readonly expected: string;
  /** What to do: a command to type where there is one. */
  readonly action: string;
}

/** The outcome of everything that can be refused: all reasons at once, or the value. */
export type Outcome<T> =
  | { readonly kind: "accepted"; readonly value: T }
  | { readonly kind: "refused"; readonly refusals: readonly Refusal[] };

export function accepted<T>(value: T): Outcome<T> {
  return { kind: "accepted", value };
}

export function refused<T>(refusals: readonly Refusal[]): Outcome<T> {
  return { kind: "refused", refusals };
}

type Values<Outcomes> = { [Name in keyof Outcomes]: Outcomes[Name] extends Outcome<infer T> ? T : never };

/** All values, or the refusals of all that were refused; each refusal once. */
export function combine<Outcomes extends Readonly<Record<string, Outcome<unknown>>>>(
  outcomes: Outcomes,
): Outcome<Values<Outcomes>> {
  const refusals = Object.values(outcomes).flatMap(refusalsOf);
  if (refusals.length > 0) return refused([...new Set(refusals)]);
  const values = Object.entries(outcomes).map(([name, outcome]) => [
    name,
    outcome.kind === "accepted" ? outcome.value : undefined,
  ]);
  // Every outcome was accepted, and the names are theirs.
  return accepted(Object.fromEntries(values) as Values<Outcomes>);
}

/** The same for a list: its values in order, or the refusals of all that were refused; each refusal once. */
export function combineAll<T>(outcomes: readonly Outcome<T>[]): Outcome<readonly T[]> {
  const refusals = outcomes.flatMap(refusalsOf);
  if (refusals.length > 0) return refused([...new Set(refusals)]);
  return accepted(outcomes.flatMap((outcome) => (outcome.kind === "accepted" ? [outcome.value] : [])));
}

/** What stands against something; empty where it was accepted. */
export function refusalsOf(outcome: Outcome<unknown>): readonly Refusal[] {
  return outcome.kind === "refused" ? outcome.refusals : [];
}

/** What follows from a value; a refusal stays what it is. */
export function andThen<T, U>(outcome: Outcome<T>, next: (value: T) => Outcome<U>): Outcome<U> {
  return outcome.kind === "accepted" ? next(outcome.value) : outcome;
}

/** How a run ended that did not do what was asked (DESIGN, The verbs). */
export type ExitCode = 1 | 2;

/** Carries refusals up to the edge (a verb, the program) where an outcome cannot be returned. */
export class RefusalError extends Error {
  readonly refusals: readonly Refusal[];
  /** 1: refused or failed. 2: wrong use or invalid configuration. */
  readonly exitCode: ExitCode;

  constructor(refusals: readonly Refusal[], exitCode: ExitCode = 1) {
    super(renderRefusals(refusals));
    this.name = "RefusalError";
    this.refusals = refusals;
    this.exitCode = exitCode;
  }
}

/** The value; at the edge of a verb, what was refused ends it. @throws RefusalError */
export function orThrow<T>(outcome: Outcome<T>, exitCode: ExitCode): T {
  if (outcome.kind === "refused") throw new RefusalError(outcome.refusals, exitCode);
  return outcome.value;
}

/** Text for people, in a fixed order: by file, line, column, then path. */
export function renderRefusals(refusals: readonly Refusal[]): string {
  return refusals.toSorted(byPlace).map(renderRefusal).join("\n\n");
}

/** A line for each, without what was expected and what to do: where somebody else says all of it. */
export function renderBriefly(refusals: readonly Refusal[]): string {
  const inOrder = refusals.toSorted(byPlace);
  return inOrder
    .map(({ place, found }) => `${renderPlace(place)}: ${printable(found).replaceAll("\n", " ")}`)
    .join("\n");
}

function renderRefusal(refusal: Refusal): string {
  return [
    renderPlace(refusal.place),
    `  found     ${indent(refusal.found === "" ? "nothing" : refusal.found)}`,
    `  expected  ${indent(refusal.expected)}`,
    `  try       ${indent(refusal.action)}`,
  ].join("\n");
}

function renderPlace({ file, line, column, path }: Place): string {
  const position = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(":");
  return printable([position, path].filter((part) => part !== undefined && part !== "").join("  "));
}

function indent(text: string): string {
  return printable(text).replaceAll("\n", "\n            ");
}

/** What was found may come from anyone: nothing of it may steer the terminal, or hide. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escaped);
}

/** What steers, what is seen by nobody, and blanks that look like the usual one or like nothing. */
const UNPRINTABLE = /[[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\p{Zs}\p{Zl}\p{Zp}\u2800]--[\n ]]/gv;

/** Such as `\u{200b}`. */
export function escaped(sign: string): string {
  return `\\u{${sign.codePointAt(0)?.toString(16) ?? ""}}`;
}

function byPlace(left: Refusal, right: Refusal): number {
  return (
    compare(left.place.file ?? "", right.place.file ?? "") ||
    (left.place.line ?? 0) - (right.place.line ?? 0) ||
    (left.place.column ?? 0) - (right.place.column ?? 0) ||
    compare(left.place.path ?? "", right.place.path ?? "")
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

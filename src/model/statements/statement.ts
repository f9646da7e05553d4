import { digestOf, type Digest } from "../digest.ts";
import { andThen, accepted, refused, type Outcome } from "../refusal.ts";
import { canonicalDigest, canonicalJson } from "./canonical-json.ts";
import type { DesiredState } from "./desired-state.ts";
import { parseSignedJson, refuseDocument, renderSignedTime } from "./signed-json.ts";
import { PREDICATE_TYPE, statementSchema, STATEMENT_TYPE, type StatementText } from "./statement-schema.ts";
import { sameSubjects, subjectsOf, type Subject } from "./subjects.ts";

export type StatementKind = "promotion" | "change" | "hot-fix" | "rollback";

/** What a statement does to one application. */
export interface Transition {
  /** Undefined: it was not there. */
  readonly before: DesiredState | undefined;
  /** Undefined: it goes. */
  readonly after: DesiredState | undefined;
  /** The last statement about this application in this stage. */
  readonly previous: Digest | undefined;
}

/** The update of the source stage that a promotion took its versions from. */
export interface SourceUpdate {
  readonly version: number;
  /** As the engine's history gives it. */
  readonly time: string;
  readonly result: string;
}

/** A record that moves applications of one stage from one desired state to the next. */
export interface Statement {
  /** SHA-256 of the file's bytes, which are canonical JSON. */
  readonly digest: Digest;
  /** The file, for people. */
  readonly file: string;
  readonly kind: StatementKind;
  readonly project: string;
  readonly stage: string;
  /** The stage it was promoted from; of a hot-fix also `registry`; undefined for the other kinds. */
  readonly from: string | undefined;
  readonly reason: string;
  /** The promoter's principal. */
  readonly who: string;
  readonly whenMs: number;
  readonly source: SourceUpdate | undefined;
  /** Exactly the images and charts of what comes after. */
  readonly subjects: readonly Subject[];
  readonly applications: ReadonlyMap<string, Transition>;
  /** For a rollback: the earlier statement whose `after` it restores. */
  readonly restores: Digest | undefined;
}

/** The namespace of the promoter's signature. */
export const STATEMENT_NAMESPACE = "statement@lockstep";
const DIGITS_IN_NAME = 12;

/**
 * Reads a statement: canonical JSON, every state with its own digest, the subjects those of the states.
 * @param file for people
 */
export function parseStatement(bytes: Uint8Array, file: string): Outcome<Statement> {
  const document = { file, what: "statement", code: "invalid-statement" };
  return andThen(parseSignedJson(bytes, statementSchema, document), (text) => {
    const statement = toStatement(text, digestOf(bytes), file);
    const problems = problemsOf(statement);
    if (problems.length === 0) return accepted(statement);
    return refused(problems.map(({ path, found, expected }) => refuseDocument(document, path, found, expected)));
  });
}

/** The bytes that are signed; the subjects are those of its states. */
export function renderStatement(statement: Omit<Statement, "digest" | "file" | "subjects">): string {
  const { kind, project, stage, from, reason, who, whenMs, source, restores, applications } = statement;
  const subjects = subjectsOf(statesAfter(applications));
  if (subjects === undefined) throw new Error("a state without image and chart");
  return canonicalJson({
    _type: STATEMENT_TYPE,
    subject: subjects.map(({ name, digest }) => ({ name, digest: { sha256: digest.slice("sha256:".length) } })),
    predicateType: PREDICATE_TYPE,
    predicate: {
      ...{ kind, project, stage, reason, who, when: renderSignedTime(whenMs) },
      ...(from === undefined ? {} : { from }),
      ...(source === undefined ? {} : { source: { ...source } }),
      ...(restores === undefined ? {} : { restores }),
      applications: Object.fromEntries(
        [...applications].map(([name, { before, after, previous }]) => [
          name,
          { before: before === undefined ? null : { ...before }, after: after === undefined ? null : { ...after }, previous: previous ?? null },
        ]),
      ),
    },
  });
}

/** The name of its folder under statements/<stage>. */
export function folderNameOf({ whenMs, digest }: Pick<Statement, "whenMs" | "digest">): string {
  const digits = digest.slice("sha256:".length, "sha256:".length + DIGITS_IN_NAME);
  return `${renderSignedTime(whenMs).replaceAll(/[-:]/g, "")}-${digits}`;
}

function toStatement({ predicate, subject }: StatementText, digest: Digest, file: string): Statement {
  const { kind, project, stage, from, reason, who, when, source, restores, applications } = predicate;
  return {
    ...{ digest, file, kind, project, stage, from, reason, who, whenMs: Date.parse(when), source, restores },
    subjects: subject.map(({ name, digest: { sha256 } }) => ({ name, digest: `sha256:${sha256}` as Digest })),
    applications: new Map(
      Object.entries(applications).map(([name, { before, after, previous }]) => [
        name,
        { before: before ?? undefined, after: after ?? undefined, previous: previous ?? undefined },
      ]),
    ),
  };
}

interface Problem {
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** What the shape alone cannot say. */
function problemsOf({ kind, from, restores, subjects, applications }: Statement): Problem[] {
  const problems: Problem[] = [];
  const problem = (path: string, found: string, expected: string): void => {
    problems.push({ path, found, expected });
  };
  const comes = kind === "promotion" || kind === "hot-fix";
  if (comes && from === undefined) problem("predicate.from", `a ${kind} from nowhere`, "where its versions come from");
  if (!comes && from !== undefined) problem("predicate.from", `a ${kind} from ${from}`, `no source of a ${kind}`);
  if ((kind === "rollback") !== (restores !== undefined))
    problem("predicate.restores", `a ${kind} ${restores === undefined ? "without it" : "with it"}`, "of every rollback, and of nothing else");
  for (const [name, { before, after }] of applications) {
    for (const [side, desired] of Object.entries({ before, after })) {
      if (desired !== undefined && canonicalDigest(desired.state) !== desired.digest)
        problem(`predicate.applications.${name}.${side}.digest`, "another digest than its state's", canonicalDigest(desired.state));
    }
    if (before === undefined && after === undefined)
      problem(`predicate.applications.${name}`, "nothing before and nothing after", "a state before, after, or both");
  }
  const expected = subjectsOf(statesAfter(applications));
  if (expected === undefined || !sameSubjects(expected, subjects))
    problem("subject", "other subjects than what it moves", "exactly the images and charts of the states after, by digest");
  return problems;
}

function* statesAfter(applications: Statement["applications"]): Generator<DesiredState["state"]> {
  for (const { after } of applications.values()) if (after !== undefined) yield after.state;
}

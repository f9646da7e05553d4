import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { writeStackFile } from "../../adapters/stack-file-writer.ts";
import { PROMOTER_SIGNATURE, STATEMENT_FILE } from "../../adapters/statements/read-statements.ts";
import { verifyStatement } from "../../adapters/statements/verify-statement.ts";
import { writeStageChange } from "../../adapters/statements/write-stage-change.ts";
import { evidenceNeeded, StandingCourt } from "../../delivery/coverage/standing.ts";
import { groupRestored, type RestoredGroup } from "../../delivery/rollback/restored-statements.ts";
import type { RolledBackApplication } from "../../delivery/rollback/rollback-plan.ts";
import { draftStatement } from "../../delivery/statement-draft.ts";
import { desiredStatesOf } from "../../desired-states.ts";
import { digestOf, type Digest } from "../../model/digest.ts";
import { accepted, andThen, combineAll, orThrow, type Outcome, type Refusal } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import {
  parseStatement,
  renderStatement,
  STATEMENT_NAMESPACE,
  type Statement,
} from "../../model/statements/statement.ts";
import type { Trust } from "../../model/trust/trust.ts";
import { editYaml, type YamlChange } from "../../model/yaml-edit.ts";
import { parseYamlSource, type YamlSource } from "../../model/yaml-source.ts";
import type { StageRecord } from "../../stage-record.ts";
import { signAs, type Signer } from "../signer.ts";
import { folderOf } from "../statement-text.ts";

export interface RestorationRequest {
  /** Of a gated stage. */
  readonly record: StageRecord;
  /** The stage as the rollback leaves it. */
  readonly after: LoadedStage;
  readonly applications: readonly Pick<RolledBackApplication, "name" | "after" | "changes">[];
  readonly reason: string;
  readonly who: string;
  readonly nowMs: number;
}

/** A statement of kind rollback before anybody signs it, with its part of the stack file. */
export interface PlannedRestore {
  readonly statement: Statement;
  /** The bytes that are signed. */
  readonly text: string;
  readonly group: RestoredGroup;
  readonly changes: readonly YamlChange[];
  /** Why the gate's approvals are needed; empty where what comes back was approved, and stands. */
  readonly approvalsFor: readonly string[];
}

/**
 * The statements of a rollback: one for each earlier statement that it restores.
 * @throws RefusalError where the catalogue computes values that are no JSON
 */
export async function planRestoration(request: RestorationRequest): Promise<Outcome<readonly PlannedRestore[]>> {
  const { record, after, applications } = request;
  const desired = desiredStatesOf(after);
  const states = new Map(
    applications.flatMap(({ name, after: pin }) => {
      const state = desired.get(name);
      return state === undefined ? [] : [[name, { pin, state }] as const];
    }),
  );
  const { chains, trust, definition } = record;
  const revoked = new Set(trust.revocations.statements.map(({ digest }) => digest));
  const groups = groupRestored({ stage: definition.name, after: states, chains, revoked });
  if (groups.kind === "refused") return groups;
  const standing = await judgeRestored(
    record,
    groups.value.map(({ restores }) => restores),
    request.nowMs,
  );
  return andThen(standing, (refuse) =>
    combineAll(groups.value.map((group) => planOne(group, refuse(group.restores), request))),
  );
}

type Judge = (statement: Statement) => readonly Refusal[];

/** Whether earlier statements still stand: by the same court that judges the stage when it is deployed. */
async function judgeRestored(
  record: StageRecord,
  restored: readonly Statement[],
  nowMs: number,
): Promise<Outcome<Judge>> {
  const { project, definition, gate, trust, chains, statements } = record;
  const all = new Map(statements.map((statement) => [statement.digest, statement]));
  const needed = [...evidenceNeeded(restored, all).values()];
  const verified = await Promise.all(needed.map((one) => verifyStatement(one, trust.allowedSigners)));
  return andThen(combineAll(verified), (signed) => {
    const evidence = new Map(signed.map((one) => [one.statement.digest, one]));
    // What nobody knows to be deployed is judged as what never was.
    const deployed = record.deployed ?? { gated: true, root: undefined, statements: new Map(), nowMs };
    const court = new StandingCourt({ project, definition, gate, trust, chains, evidence, deployed });
    return accepted((statement: Statement) => court.refuse(statement));
  });
}

function planOne(
  group: RestoredGroup,
  against: readonly Refusal[],
  { record, applications, reason, who, nowMs }: RestorationRequest,
): Outcome<PlannedRestore> {
  const { project, definition, chains } = record;
  const stage = definition.name;
  const draft = draftStatement({
    ...{ kind: "rollback", project, stage, from: undefined, source: undefined, reason, who, nowMs, chains },
    restores: group.restores.digest,
    after: new Map([...group.applications].map(([name, { state }]) => [name, state])),
  });
  return andThen(draft, (drafted) => {
    const text = renderStatement(drafted);
    const file = `${folderOf({ stage, whenMs: drafted.whenMs, digest: digestOf(text) })}/statement.json`;
    return andThen(parseStatement(Buffer.from(text), file), (statement) => {
      const changes = applications.flatMap((one) => (group.applications.has(one.name) ? one.changes : []));
      return accepted({ statement, text, group, changes, approvalsFor: approvalsFor(group, against) });
    });
  });
}

function approvalsFor({ applications }: RestoredGroup, against: readonly Refusal[]): readonly string[] {
  const changed = [...applications].flatMap(([name, { exact }]) => (exact ? [] : [name]));
  return [
    ...(changed.length === 0 ? [] : [`settings or catalogue of ${changed.join(", ")} changed since`]),
    ...new Set(against.map(({ code }) => `the statement that it restores does not stand any more (${code})`)),
  ];
}

export interface RestorationWriting {
  readonly stage: string;
  /** What everything was planned on. */
  readonly source: YamlSource;
  /** Empty in a stage without a gate. */
  readonly statements: readonly PlannedRestore[];
  /** Of the stack file. */
  readonly changes: readonly YamlChange[];
  /** Of each statement, in their order. */
  readonly signatures: readonly string[];
}

export interface RestorationSigning extends Pick<RestorationWriting, "statements"> {
  /** Undefined in a stage without a gate. */
  readonly signer: Signer | undefined;
  readonly trust: Pick<Trust, "allowedSigners">;
  readonly signal: AbortSignal;
}

export interface WrittenRestoration {
  /** Of the statements, relative to the project. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** What is in each, by the name that the project has for it. */
  readonly contents: ReadonlyMap<string, Digest>;
}

/**
 * Signs all of them before the first is written, and before a database goes back: a key that cannot sign leaves
 * everything as it was.
 * @throws RefusalError as `signAs` does
 */
export async function signRestoration(signing: RestorationSigning): Promise<readonly string[]> {
  const { statements, signer, trust, signal } = signing;
  if (statements.length === 0) return [];
  if (signer === undefined) throw new Error("statements without anybody to sign them");
  const signatures: string[] = [];
  for (const { text, statement } of statements)
    signatures.push(await signAs(signer, STATEMENT_NAMESPACE, text, trust.allowedSigners, statement.whenMs, signal));
  return signatures;
}

/**
 * Writes each statement with its part of the stack file, both or none. What no statement is about comes with the first.
 * @throws RefusalError as `writeStageChange` does
 */
export async function writeRestoration(writing: RestorationWriting): Promise<WrittenRestoration> {
  const { stage, statements, changes, signatures } = writing;
  if (statements.length === 0) return writePins(writing);
  const folders: string[] = [];
  const files = new Set<string>();
  const contents = new Map<string, Digest>();
  let source = writing.source;
  for (const [index, { text, changes: own }] of statements.entries()) {
    const part = index === 0 ? [...own, ...unstated(changes, statements)] : own;
    const request = { stage, source, changes: part, statement: text, signature: signatures[index] ?? "" };
    const written = await writeStageChange(request);
    folders.push(written.folder);
    written.files.forEach((file) => files.add(file));
    source = orThrow(parseYamlSource(source.file, part.length === 0 ? source.text : editYaml(source, part)), 1);
    contents.set(`${written.folder}/${STATEMENT_FILE}`, digestOf(text));
    contents.set(`${written.folder}/${PROMOTER_SIGNATURE}`, digestOf(request.signature));
  }
  contents.set(stackFileName(stage), digestOf(source.text));
  return { folders, files: [...files], contents };
}

/** In a stage without a gate. */
async function writePins({ stage, source, changes }: RestorationWriting): Promise<WrittenRestoration> {
  if (changes.length === 0) return { folders: [], files: [], contents: new Map() };
  await writeStackFile(stage, source, changes);
  const file = stackFileName(stage);
  return { folders: [], files: [file], contents: new Map([[file, digestOf(editYaml(source, changes))]]) };
}

/** Such as holds. */
function unstated(all: readonly YamlChange[], statements: readonly PlannedRestore[]): readonly YamlChange[] {
  const stated = new Set(statements.flatMap(({ changes }) => changes));
  return all.filter((change) => !stated.has(change));
}

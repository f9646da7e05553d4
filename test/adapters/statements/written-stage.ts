import assert from "node:assert/strict";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findUnfinished } from "../../../src/adapters/statements/pending-change.ts";
import { readStatements } from "../../../src/adapters/statements/read-statements.ts";
import { readUnverified } from "../../../src/adapters/statements/read-unverified.ts";
import { writeStageChange, type StageChange } from "../../../src/adapters/statements/write-stage-change.ts";
import { RefusalError } from "../../../src/model/refusal.ts";
import { renderApproval } from "../../../src/model/statements/approval.ts";
import { folderNameOf, parseStatement, renderStatement } from "../../../src/model/statements/statement.ts";
import { editYaml } from "../../../src/model/yaml-edit.ts";
import { PROJECT, statesOf, T0 } from "../../delivery/coverage/sample-court.ts";
import { sourceOf, STACK_FILE } from "../../model/sample-stage.ts";

/** A project of one stage, and a change that is to be written into it: what the fault tests interrupt. */
export const FILE = "Pulumi.prod.yaml";
export const BEFORE = STACK_FILE;
const changes = [{ path: ["config", "lockstep:schemaLevels", "appointments"], value: 15 }];
export const AFTER = editYaml(sourceOf(BEFORE), changes);

const text = renderStatement({
  ...{ kind: "promotion", project: PROJECT, stage: "prod", from: "preprod", who: "ada@example.com", whenMs: T0 },
  ...{ reason: "a test", source: undefined, restores: undefined },
  applications: new Map([...statesOf()].map(([name, after]) => [name, { before: undefined, after, previous: undefined }])),
});
const parsed = parseStatement(Buffer.from(text), "statement.json");
assert.ok(parsed.kind === "accepted");
export const statement = parsed.value;
export const FOLDER = join("statements", "prod", folderNameOf(statement));

export const change: StageChange = {
  stage: "prod",
  source: sourceOf(BEFORE),
  changes,
  statement: text,
  signature: "a signature\n",
};

/** Somebody's approval of it. */
export function approvalOf(principal: string): { text: string; signature: string; statement: typeof statement } {
  const { project, stage, digest } = statement;
  const approval = { project, stage, statement: digest, role: "operations", principal, whenMs: T0 };
  return { text: renderApproval(approval), signature: `signed by ${principal}\n`, statement };
}

/** The stage as it is before; with `stated`, as it is after. */
export async function layOut(root: string, stated = false): Promise<void> {
  await writeFile(join(root, FILE), BEFORE);
  if (stated) await writeStageChange(change, root);
}

/** Every file of the project and its content, what git ignores left out unless asked for. */
export async function contentsOf(root: string, ignored = false): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(files.map(async (file) => [file.slice(root.length + 1), await readFile(file, "utf8")]));
  const kept = contents.filter(([name = ""]) => ignored || !/^\.lockstep\/|\.yaml\.(?:lock|\d+)/.test(name));
  return Object.fromEntries(kept.toSorted(([left = ""], [right = ""]) => (left < right ? -1 : 1))) as Record<string, string>;
}

/** A killed run's lock is taken over after seconds; here at once. */
export async function ageLock(root: string): Promise<void> {
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(join(root, `${FILE}.lock`), longAgo, longAgo).catch(() => undefined);
}

/** The code of the first refusal, or undefined where there was none. */
export async function codeOf(writing: Promise<unknown>): Promise<string | undefined> {
  try {
    await writing;
    return undefined;
  } catch (error) {
    if (error instanceof RefusalError) return error.refusals[0]?.code;
    throw error;
  }
}

/** Whether somebody who judges the stage can read its statements and approvals. */
export async function assertReadable(root: string): Promise<void> {
  const read = await readStatements("prod", join(root, "statements"));
  assert.ok(read.kind === "accepted", JSON.stringify(read));
  for (const one of read.value) {
    const signed = await readUnverified(one, join(root, "statements"));
    assert.equal(signed.kind, "accepted", JSON.stringify(signed));
  }
}

/** As words: what the next run would find. */
export async function leftoverOf(root: string): Promise<string> {
  return (await findUnfinished("prod", root))?.kind ?? "nothing";
}

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isDigest, type Digest } from "../../model/digest.ts";
import { objectNameSchema } from "../../model/kubernetes-names.ts";
import { RefusalError, type Refusal } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { shellCommand } from "../../model/shell-word.ts";
import { codeOf } from "../disk.ts";
import { GitFolder } from "../git.ts";
import { readPlainFile, refuse } from "../plain-files.ts";
import { displayPath } from "../yaml-files.ts";
import { APPROVALS_FOLDER, MAX_STATEMENT_BYTES, PROMOTER_SIGNATURE, STATEMENT_FILE } from "./read-statements.ts";

/**
 * Files that belong together are prepared in `.lockstep/pending/<stage>.<random>/` and decided on by one rename to
 * `.lockstep/pending/<stage>/`, the journal. Before it, nothing has happened; after it, every run can put them in place.
 */
export const PLAN_FILE = "plan.json";

const digest = z.custom<Digest>((value) => typeof value === "string" && isDigest(value));
const common = {
  format: z.literal(1),
  stage: objectNameSchema,
  /** Of the statement that is written, or that the approval or withdrawal is about. */
  statement: digest,
  folder: z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{12}$/),
  /** The command that writes it, for people. */
  command: z.string().max(10_000),
};

const planSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    ...common,
    kind: z.literal("statement"),
    files: z.strictObject({ [STATEMENT_FILE]: digest, [PROMOTER_SIGNATURE]: digest }),
    /** Null where the stack file stays as it is. */
    stackFile: z.strictObject({ before: digest, after: digest }).nullable(),
  }),
  z.strictObject({
    ...common,
    kind: z.enum(["approval", "withdrawal"]),
    number: z.int().min(1).max(999),
    document: digest,
    signature: digest,
  }),
]);

export type Plan = z.output<typeof planSchema>;

/** A file or folder of the journal, and where it goes. */
export interface Piece {
  /** In the journal. */
  readonly from: string;
  /** In the project. */
  readonly to: string;
  /** What it is made of: the file itself is `""`. */
  readonly digests: ReadonlyMap<string, Digest>;
  /** What it takes the place of; undefined: nothing may be there. */
  readonly replaces: Digest | undefined;
}

/**
 * In the order in which they are put in place: what lies there meanwhile counts for nothing, and disturbs nothing. A
 * statement that nobody runs yet; an approval that nobody signed.
 */
export function piecesOf(plan: Plan): readonly Piece[] {
  const folder = join("statements", plan.stage, plan.folder);
  if (plan.kind !== "statement") {
    const document = `${plan.number}.json`;
    const piece = (name: string, is: Digest): Piece => ({
      from: name,
      to: join(folder, APPROVALS_FOLDER, name),
      digests: new Map([["", is]]),
      replaces: undefined,
    });
    return [piece(document, plan.document), piece(`${document}.sig`, plan.signature)];
  }
  const digests = new Map(Object.entries(plan.files));
  const statement: Piece = { from: "statement", to: folder, digests, replaces: undefined };
  if (plan.stackFile === null) return [statement];
  const { before, after } = plan.stackFile;
  const to = stackFileName(plan.stage);
  return [statement, { from: "stack-file.yaml", to, digests: new Map([["", after]]), replaces: before }];
}

/** The files that are in place in the end, relative to the project. */
export function filesOf(plan: Plan): readonly string[] {
  return piecesOf(plan).flatMap(({ to, digests }) => [...digests.keys()].map((name) => (name === "" ? to : join(to, name))));
}

export function pendingFolder(root: string): string {
  return join(root, ".lockstep", "pending");
}

export function journalOf(stage: string, root: string): string {
  return join(pendingFolder(root), stage);
}

/** What runs left behind that had decided nothing yet, or were done. */
export async function draftsOf(stage: string, root: string): Promise<readonly string[]> {
  const names = await entriesOf(pendingFolder(root));
  const isDraft = (name: string): boolean =>
    name.startsWith(`${stage}.`) && /^[0-9a-f]{12}$/.test(name.slice(stage.length + 1));
  return names.filter(isDraft).map((name) => join(pendingFolder(root), name));
}

/** What was decided on and is not in place yet. @throws RefusalError `damaged-journal`, `foreign-journal` */
export async function readPlan(stage: string, root: string): Promise<Plan | undefined> {
  if (!(await entriesOf(pendingFolder(root))).includes(stage)) return undefined;
  const journal = journalOf(stage, root);
  if (await isKnownToGit(root)) throw new RefusalError([foreign(journal)]);
  const bytes = readPlainFile(join(journal, PLAN_FILE), MAX_STATEMENT_BYTES);
  if (bytes.kind === "refused") throw new RefusalError(bytes.refusals);
  const plan = bytes.value === undefined ? undefined : parsePlan(bytes.value);
  if (plan?.stage !== stage) throw new RefusalError([damaged(journal, `no ${PLAN_FILE} that a verb wrote for ${stage}`)]);
  return plan;
}

export function damaged(journal: string, found: string): Refusal {
  return refuse(
    "damaged-journal",
    journal,
    found,
    "what a run left behind that was killed",
    `look at it, and at git status; then remove it: ${shellCommand(["rm", "-r", displayPath(journal)])}`,
  );
}

/** No run that was killed here has committed one: what came with a branch would be put in place unread. */
async function isKnownToGit(root: string): Promise<boolean> {
  const git = new GitFolder(root);
  return (await git.isRepository()) && (await git.answer(["ls-files", "-z", "--", ".lockstep"])) !== "";
}

function foreign(journal: string): Refusal {
  return refuse(
    "foreign-journal",
    journal,
    "what a killed run would leave behind, in a folder that somebody committed",
    "nothing of .lockstep/ in the repository",
    "find out who put it there: git log -- .lockstep; then: git rm -r --force .lockstep",
  );
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

function parsePlan(bytes: Uint8Array): Plan | undefined {
  try {
    return planSchema.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

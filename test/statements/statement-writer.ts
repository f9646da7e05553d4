import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { signWithSshKey } from "../../src/adapters/trust/ssh-keygen.ts";
import { digestOf, type Digest } from "../../src/model/digest.ts";
import type { Json } from "../../src/model/json.ts";
import { APPROVAL_NAMESPACE, renderApproval, type Approval } from "../../src/model/statements/approval.ts";
import { canonicalJson } from "../../src/model/statements/canonical-json.ts";
import type { DesiredState } from "../../src/model/statements/desired-state.ts";
import {
  folderNameOf,
  parseStatement,
  renderStatement,
  STATEMENT_NAMESPACE,
  type Statement,
  type StatementKind,
} from "../../src/model/statements/statement.ts";
import { renderWithdrawal, type Withdrawal } from "../../src/model/statements/withdrawal.ts";
import type { Signing } from "./people.ts";

/** A statement as it lies in its folder. */
export interface Written {
  readonly statement: Statement;
  readonly folder: string;
}

export interface StatementRequest {
  readonly stage: string;
  readonly who: Signing;
  readonly atMs: number;
  /** What each application is to be; undefined: it goes. */
  readonly applications: Readonly<Record<string, DesiredState | undefined>>;
  /** @default "promotion" */
  readonly kind?: StatementKind;
  readonly from?: string;
  readonly restores?: Digest;
  /** Instead of the project's. */
  readonly project?: string;
  /** Instead of what the writer wrote last about an application: null for "nothing". */
  readonly previous?: Digest | null;
  /** Instead of what the writer wrote last about an application. */
  readonly before?: DesiredState;
  /** Signs with another namespace, to see that it does not count. */
  readonly namespace?: string;
  /** Who really signs. @default who */
  readonly signer?: Signing;
}

/**
 * Writes real statements with real signatures into statements/ of a folder, as the verbs do. It remembers what it wrote
 * about each application, so that the next statement continues it.
 */
export class StatementWriter {
  readonly #folder: string;
  readonly #project: string;
  readonly #last = new Map<string, { digest: Digest; after: DesiredState | undefined }>();

  /** @param folder the project's `statements/` */
  constructor(folder: string, project: string) {
    this.#folder = folder;
    this.#project = project;
  }

  async write(request: StatementRequest): Promise<Written> {
    const { stage, who, atMs, restores, kind = "promotion", from, project = this.#project } = request;
    const text = renderStatement({
      ...{ kind, project, stage, from, restores, reason: "a test", who: who.principal, whenMs: atMs },
      source: undefined,
      applications: new Map(
        Object.entries(request.applications).map(([name, after]) => {
          const last = this.#last.get(`${stage}/${name}`);
          const previous = request.previous === undefined ? last?.digest : (request.previous ?? undefined);
          const left = previous === undefined ? undefined : last?.after;
          return [name, { before: request.before ?? left, after, previous }];
        }),
      ),
    });
    const bytes = Buffer.from(text);
    const parsed = parseStatement(bytes, "statement.json");
    if (parsed.kind === "refused") throw new Error(parsed.refusals.map(({ found }) => found).join("; "));
    const statement = parsed.value;
    const folder = join(this.#folder, stage, folderNameOf(statement));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "statement.json"), bytes);
    const { signer = who, namespace = STATEMENT_NAMESPACE } = request;
    await writeFile(join(folder, "promoter.sig"), await signWithSshKey({ key: signer.keyFile, namespace, message: bytes }));
    for (const [name, { after }] of statement.applications)
      this.#last.set(`${stage}/${name}`, { digest: statement.digest, after });
    return { statement, folder };
  }

  /** @param other fields of the approval that are not as they should be */
  async approve(
    { statement, folder }: Written,
    person: Signing,
    role: string,
    atMs: number,
    other: Partial<Approval> & { readonly namespace?: string; readonly signer?: Signing } = {},
  ): Promise<string> {
    const { namespace = APPROVAL_NAMESPACE, signer = person, ...fields } = other;
    const approvals = join(folder, "approvals");
    await mkdir(approvals, { recursive: true });
    const number = (await readdir(approvals)).filter((name) => name.endsWith(".json")).length + 1;
    const { project, stage, digest } = statement;
    const approval = { project, stage, statement: digest, role, principal: person.principal, whenMs: atMs, ...fields };
    const message = renderApproval(approval);
    const path = join(approvals, `${number}.json`);
    await writeFile(path, message);
    await writeFile(`${path}.sig`, await signWithSshKey({ key: signer.keyFile, namespace, message }));
    return path;
  }

  /** Takes back an approval, or the statement. */
  async withdraw(
    { statement, folder }: Written,
    person: Signing,
    withdrawal: Pick<Withdrawal, "withdraws" | "role" | "whenMs">,
  ): Promise<string> {
    const approvals = join(folder, "approvals");
    await mkdir(approvals, { recursive: true });
    const number = (await readdir(approvals)).filter((name) => name.endsWith(".json")).length + 1;
    const { project, stage, digest } = statement;
    const { principal } = person;
    const about = { project, stage, statement: digest, principal, reason: "a test" };
    const message = renderWithdrawal({ ...about, ...withdrawal });
    const path = join(approvals, `${number}.json`);
    await writeFile(path, message);
    await writeFile(
      `${path}.sig`,
      await signWithSshKey({ key: person.keyFile, namespace: APPROVAL_NAMESPACE, message }),
    );
    return path;
  }

  /** In place of a statement, the same with another document, signed all the same: what no verb writes. */
  async forge({ statement, folder }: Written, who: Signing, change: (text: string) => string): Promise<Written> {
    const text = await readFile(join(folder, "statement.json"), "utf8");
    const changed = change(text);
    if (changed === text) throw new Error("nothing was changed");
    const bytes = Buffer.from(canonicalJson(JSON.parse(changed) as Json));
    const forged = { ...statement, digest: digestOf(bytes) };
    const path = join(dirname(folder), folderNameOf(forged));
    await rm(folder, { recursive: true });
    await mkdir(path);
    await writeFile(join(path, "statement.json"), bytes);
    const signature = await signWithSshKey({ key: who.keyFile, namespace: STATEMENT_NAMESPACE, message: bytes });
    await writeFile(join(path, "promoter.sig"), signature);
    return { statement: forged, folder: path };
  }

  /** Changes one file of a statement's folder behind everybody's back. */
  async tamper({ folder }: Written, file: string, change: (text: string) => string): Promise<void> {
    const path = join(folder, file);
    await writeFile(path, change(await readFile(path, "utf8")));
  }
}

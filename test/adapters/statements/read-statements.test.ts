import assert from "node:assert/strict";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../src/adapters/processes.ts";
import { readStatements } from "../../../src/adapters/statements/read-statements.ts";
import { verifyStatement } from "../../../src/adapters/statements/verify-statement.ts";
import { allowedSignersText, makePerson } from "../../statements/people.ts";
import { StatementWriter, type Written } from "../../statements/statement-writer.ts";
import { HOUR, PROJECT, statesOf, T0 } from "../../delivery/coverage/sample-court.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

interface Given {
  readonly folder: string;
  readonly writer: StatementWriter;
  readonly written: Written;
  readonly people: Readonly<Record<"ada" | "ben" | "cat", Awaited<ReturnType<typeof makePerson>>>>;
}

/** A stage with one statement, promoted by Ada and approved by Ben. */
async function given(test: (given: Given) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (root) => {
    const [ada, ben, cat] = await Promise.all([
      makePerson(root, "ada@example.com"),
      makePerson(root, "ben@example.com"),
      makePerson(root, "cat@example.com"),
    ]);
    const folder = join(root, "statements");
    const writer = new StatementWriter(folder, PROJECT);
    const applications = Object.fromEntries(statesOf());
    const written = await writer.write({ stage: "prod", who: ada, atMs: T0, from: "preprod", applications });
    await writer.approve(written, ben, "release-managers", T0 + HOUR);
    await test({ folder, writer, written, people: { ada, ben, cat } });
  });
}

async function codesOf(folder: string): Promise<string[]> {
  const outcome = await readStatements("prod", folder);
  return outcome.kind === "accepted" ? [] : outcome.refusals.map(({ code }) => code);
}

/** Whether the promoter's signature and each approval's are valid. */
async function verdicts({ folder, written, people }: Given): Promise<string[]> {
  const text = allowedSignersText([people.ada, people.ben]);
  const outcome = await verifyStatement(written.statement, { text, signers: [] }, folder);
  if (outcome.kind === "refused") return outcome.refusals.map(({ code }) => code);
  const { promoter, approvals } = outcome.value;
  return [promoter.kind, ...approvals.map(({ signature }) => signature.kind)];
}

describe("reading statements", () => {
  it("reads what was written, and nothing where nothing was", async () => {
    await given(async ({ folder, written }) => {
      const outcome = await readStatements("prod", folder);
      assert.ok(outcome.kind === "accepted");
      assert.deepEqual(
        outcome.value.map(({ digest }) => digest),
        [written.statement.digest],
      );
      assert.deepEqual(await readStatements("preprod", folder), { kind: "accepted", value: [] });
    });
  });

  const breakages: Readonly<Record<string, readonly [string, (given: Given) => Promise<unknown>]>> = {
    "a statement for another stage": ["other-stage", async ({ folder, writer, people: { ada } }) => {
      const applications = Object.fromEntries(statesOf());
      await writer.write({ stage: "preprod", who: ada, atMs: T0 + HOUR, from: "extest", applications });
      await rm(join(folder, "prod"), { recursive: true });
      await rename(join(folder, "preprod"), join(folder, "prod"));
    }],
    "a folder that is a link": ["symbolic-link", async ({ written: { folder } }) => {
      await rename(folder, `${folder}-real`.replace("prod", "elsewhere")).catch(async () => {
        await mkdir(join(folder, "..", "..", "elsewhere"));
        await rename(folder, `${folder}-real`.replace("/prod/", "/elsewhere/"));
      });
      await symlink(`${folder}-real`.replace("/prod/", "/elsewhere/"), folder);
    }],
    "a stage's folder that is a link": ["symbolic-link", async ({ folder }) => {
      await rename(join(folder, "prod"), join(folder, "real"));
      await symlink("real", join(folder, "prod"));
    }],
    "statements/ that is a link": ["symbolic-link", async ({ folder }) => {
      await rename(folder, `${folder}-real`);
      await symlink(`${folder}-real`, folder);
    }],
    "a statement that is a link": ["symbolic-link", async ({ written: { folder } }) => {
      await rename(join(folder, "statement.json"), join(folder, "..", "..", "real.json"));
      await symlink("../../real.json", join(folder, "statement.json"));
    }],
    "a signature that is a link": ["symbolic-link", async ({ written: { folder } }) => {
      await rm(join(folder, "promoter.sig"));
      await symlink("/etc/passwd", join(folder, "promoter.sig"));
    }],
    "an approval that is a link": ["symbolic-link", ({ written: { folder } }) => symlink("1.json", join(folder, "approvals", "2.json"))],
    "a pipe for a statement": ["not-plain", async ({ written: { folder } }) => {
      await rm(join(folder, "statement.json"));
      await run("mkfifo", [join(folder, "statement.json")]);
    }],
    "an unknown file in the stage's folder": ["unexpected-file", ({ folder }) => writeFile(join(folder, "prod", "note.txt"), "")],
    "an unknown file beside a statement": ["unexpected-file", ({ written: { folder } }) => writeFile(join(folder, "note.txt"), "")],
    "an unknown file among approvals": ["unexpected-file", ({ written: { folder } }) => writeFile(join(folder, "approvals", "0.json"), "")],
    "a folder with two dots": ["unexpected-file", ({ folder }) => mkdir(join(folder, "prod", "..x"))],
    "a folder without its statement": ["missing-statement", ({ written: { folder } }) => rm(join(folder, "statement.json"))],
    "another digest in its name": ["misnamed-statement", ({ written: { folder } }) => rename(folder, folder.replace(/.{12}$/, "0123456789ab"))],
    "another time in its name": ["misnamed-statement", ({ written: { folder } }) => rename(folder, folder.replace("20261120T", "20261121T"))],
    "a changed statement": ["misnamed-statement", ({ writer, written }) => writer.tamper(written, "statement.json", (text) => text.replace("a test", "a tost"))],
    "a huge statement": ["file-too-large", ({ writer, written }) => writer.tamper(written, "statement.json", (text) => text + " ".repeat(17 << 20))],
    "a deep statement": ["invalid-statement", ({ writer, written }) => writer.tamper(written, "statement.json", () => "[".repeat(100_000))],
  };
  for (const [what, [code, breakIt]] of Object.entries(breakages)) {
    it(`refuses ${what}`, async () => {
      await given(async (one) => {
        await breakIt(one);
        assert.deepEqual(await codesOf(one.folder), [code]);
      });
    });
  }
});

describe("verifying a statement", () => {
  it("finds real signatures valid", async () => {
    await given(async (one) => {
      assert.deepEqual(await verdicts(one), ["valid", "valid"]);
    });
  });

  it("finds them invalid of people who are nobody", async () => {
    await given(async (one) => {
      await one.writer.approve(one.written, one.people.cat, "operations", T0 + HOUR);
      assert.deepEqual(await verdicts(one), ["valid", "valid", "invalid"]);
    });
  });

  it("tells withdrawals from approvals, with what is said of their signatures", async () => {
    await given(async ({ folder, writer, written, people }) => {
      const withdrawal = { withdraws: "approval" as const, role: "release-managers", whenMs: T0 + HOUR };
      await writer.withdraw(written, people.ben, withdrawal);
      await writer.withdraw(written, people.cat, { ...withdrawal, withdraws: "statement" });
      const text = allowedSignersText([people.ada, people.ben]);
      const outcome = await verifyStatement(written.statement, { text, signers: [] }, folder);
      assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
      const { approvals, withdrawals } = outcome.value;
      assert.equal(approvals.length, 1);
      assert.deepEqual(
        withdrawals.map(({ withdrawal: { withdraws }, signature: { kind } }) => [withdraws, kind]),
        [
          ["approval", "valid"],
          ["statement", "invalid"],
        ],
      );
    });
  });

  const forgeries: Readonly<Record<string, readonly [readonly string[], (given: Given) => Promise<unknown>]>> = {
    "a promoter's signature that is missing": [["invalid", "valid"], ({ written: { folder } }) => rm(join(folder, "promoter.sig"))],
    "a promoter's signature with a byte changed": [["invalid", "valid"], ({ writer, written }) =>
      writer.tamper(written, "promoter.sig", (text) => text.replace(/.(?=.{20}\n-----END)/, (sign) => (sign === "A" ? "B" : "A")))],
    "an approval with a byte changed": [["valid", "invalid"], ({ writer, written }) => writer.tamper(written, "approvals/1.json", (text) => text.replace("release-managers", "release-manageri"))],
    "a promoter's signature reused as an approval's": [["valid", "invalid"], async ({ writer, written, people }) => {
      await writer.approve(written, people.ada, "release-managers", T0 + HOUR, { namespace: "statement@lockstep" });
      await rm(join(written.folder, "approvals", "1.json"));
      await rm(join(written.folder, "approvals", "1.json.sig"));
    }],
    "an approval signed by somebody else than it names": [["valid", "invalid", "valid"], async ({ writer, written, people }) => {
      await rm(join(written.folder, "approvals", "1.json.sig"));
      await writer.approve(written, people.ben, "release-managers", T0 + HOUR);
    }],
    "a signature without its approval": [["unexpected-file"], ({ written: { folder } }) => rm(join(folder, "approvals", "1.json"))],
    "a malformed approval": [["invalid-approval"], ({ writer, written }) => writer.tamper(written, "approvals/1.json", (text) => `${text}\n`)],
    "a huge signature": [["file-too-large"], ({ writer, written }) => writer.tamper(written, "promoter.sig", (text) => text + "A".repeat(20_000))],
    "a statement that changed meanwhile": [["changed-meanwhile"], ({ writer, written }) => writer.tamper(written, "statement.json", (text) => `${text} `)],
  };
  for (const [what, [expected, forge]] of Object.entries(forgeries)) {
    it(`sees ${what}`, async () => {
      await given(async (one) => {
        await forge(one);
        assert.deepEqual(await verdicts(one), expected);
      });
    });
  }
});

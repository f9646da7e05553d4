import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readStatements } from "../src/adapters/statements/read-statements.ts";
import { chainsOf } from "../src/delivery/coverage/statement-chain.ts";
import type { Revocations } from "../src/model/trust/revocations.ts";
import { refuseTakenBack } from "../src/source-standing.ts";
import { inTemporaryFolder } from "./adapters/temporary-folder.ts";
import { ADA, BEN, CAT, DAN, HOUR, prod, PROJECT, statesOf, T0, trust } from "./delivery/coverage/sample-court.ts";
import { valueOf } from "./model/trust/sample-trust.ts";
import { allowedSignersText, makePerson, type Person } from "./statements/people.ts";
import { StatementWriter, type Written } from "./statements/statement-writer.ts";

interface Scene {
  readonly writer: StatementWriter;
  readonly written: Written;
  readonly people: Readonly<Record<"ada" | "ben" | "cat" | "dan", Person>>;
  /** The codes of what stands against the statement. */
  readonly codes: (revocations?: Partial<Revocations>) => Promise<readonly string[] | undefined>;
}

/** A stage with one statement about everything, with two approvals, that was deployed. */
async function inSource(test: (scene: Scene) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const make = ({ principal }: typeof ADA) => makePerson(folder, principal);
    const people = { ada: await make(ADA), ben: await make(BEN), cat: await make(CAT), dan: await make(DAN) };
    const root = join(folder, "statements");
    const writer = new StatementWriter(root, PROJECT);
    const applications = Object.fromEntries(statesOf());
    const written = await writer.write({ stage: "prod", from: "preprod", who: people.ada, atMs: T0, applications });
    await writer.approve(written, people.ben, "release-managers", T0 + HOUR);
    await writer.approve(written, people.cat, "operations", T0 + HOUR);
    const codes: Scene["codes"] = async (revocations = {}) => {
      const statements = valueOf(await readStatements("prod", root));
      const ours = {
        ...trust,
        ...{ allowedSigners: { text: allowedSignersText(Object.values(people)), signers: [] } },
        revocations: { ...trust.revocations, ...revocations },
      };
      const loaded = { stage: { project: PROJECT }, definition: prod, trust: ours };
      const against = valueOf(await refuseTakenBack(loaded, { statements, chains: chainsOf(statements) }, root));
      return against.get(written.statement.digest)?.map(({ code }) => code);
    };
    await test({ writer, written, people, codes });
  });
}

describe("a source's statement", () => {
  it("is not verified again where nobody took anything back", async () => {
    await inSource(async ({ written, codes }) => {
      await rm(join(written.folder, "promoter.sig"));
      assert.equal(await codes(), undefined);
    });
  });

  it("stands in the way of its promotion when it was withdrawn or revoked since it was deployed", async () => {
    await inSource(async ({ writer, written, people, codes }) => {
      const { digest } = written.statement;
      assert.deepEqual(await codes({ statements: [{ digest, reason: "a test" }] }), ["revoked-statement"]);
      const withdrawal = { withdraws: "statement", role: "release-managers", whenMs: T0 + 2 * HOUR } as const;
      await writer.withdraw(written, people.dan, withdrawal);
      assert.deepEqual(await codes(), []);
      await writer.withdraw(written, people.ben, withdrawal);
      assert.deepEqual(await codes(), ["withdrawn-statement"]);
    });
  });

  it("stands in the way when an approval of it was taken back", async () => {
    await inSource(async ({ writer, written, people, codes }) => {
      const whenMs = T0 + 2 * HOUR;
      await writer.withdraw(written, people.cat, { withdraws: "approval", role: "operations", whenMs });
      assert.deepEqual(await codes(), ["not-approved"]);
    });
  });
});

import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { numberOf, writeApproval } from "../../../src/adapters/statements/write-approval.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import { approvalOf, assertReadable, codeOf, FOLDER, layOut } from "./written-stage.ts";

describe("writeApproval", () => {
  it("writes document and signature beside the statement", async () => {
    await inTemporaryFolder(async (root) => {
      await layOut(root, true);
      const { text, signature, statement } = approvalOf("ben@example.com");
      const files = await writeApproval({ text, signature, statement }, root);
      const document = join(FOLDER, "approvals", `${numberOf("ben@example.com")}.json`);
      assert.deepEqual(files, [document, `${document}.sig`]);
      assert.equal(await readFile(join(root, document), "utf8"), text);
      assert.equal(await readFile(join(root, `${document}.sig`), "utf8"), signature);
      await assertReadable(root);
    });
  });

  it("takes the next free number where somebody has the principal's, or the principal wrote before", async () => {
    await inTemporaryFolder(async (root) => {
      await layOut(root, true);
      const written = [];
      for (let count = 0; count < 3; count += 1) written.push(...(await writeApproval(approvalOf("ben@example.com"), root)));
      assert.equal(new Set(written).size, 6);
    });
  });

  it("refuses where the statement is gone", async () => {
    await inTemporaryFolder(async (root) => {
      await layOut(root, true);
      await rm(join(root, FOLDER), { recursive: true });
      assert.equal(await codeOf(writeApproval(approvalOf("ben@example.com"), root)), "missing-statement");
    });
  });

  it("numbers by the principal, from 1 to 999", () => {
    fc.assert(
      fc.property(fc.string(), (principal) => {
        const number = numberOf(principal);
        assert.ok(number >= 1 && number <= 999 && number === numberOf(principal));
      }),
    );
    assert.notEqual(numberOf("ben@example.com"), numberOf("cat@example.com"));
  });
});

import assert from "node:assert/strict";
import { confirm } from "../../src/cli/confirmation.ts";
import { RefusalError } from "../../src/model/refusal.ts";

const { signal } = new AbortController();

async function withTerminal<T>(isTerminal: boolean, test: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(process.stdin, "isTTY");
  Object.defineProperty(process.stdin, "isTTY", { value: isTerminal, configurable: true });
  try {
    return await test();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.stdin, "isTTY");
    else Object.defineProperty(process.stdin, "isTTY", before);
  }
}

function isUnconfirmed(error: unknown): boolean {
  return error instanceof RefusalError && error.exitCode === 2 && error.refusals[0]?.code === "unconfirmed";
}

describe("confirm", () => {
  it("takes --yes for an answer, terminal or not", async () => {
    for (const isTerminal of [true, false]) {
      assert.equal(await withTerminal(isTerminal, () => confirm("Write?", { yes: true }, signal)), true);
    }
  });

  it("refuses without a terminal and without --yes, with exit code 2", async () => {
    await assert.rejects(
      withTerminal(false, () => confirm("Write?", {}, signal)),
      isUnconfirmed,
    );
  });

  it("asks nothing where JSON was asked for", async () => {
    await assert.rejects(
      withTerminal(true, () => confirm("Write?", { json: true }, signal)),
      isUnconfirmed,
    );
  });
});

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { takeSnapshot } from "../../../src/adapters/input-snapshot.ts";
import { refuseNotAsWritten } from "../../../src/cli/deploy/written-inputs.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { RefusalError } from "../../../src/model/refusal.ts";
import { inTemporaryFolder } from "../../adapters/temporary-folder.ts";

const STATEMENT = "statements/prod/20261120T101112Z-0123456789ab/statement.json";

/** The names of what is not as a way back has written it, where these files are saved after it. */
async function changedBy(...names: readonly string[]): Promise<readonly string[]> {
  return inTemporaryFolder(async (project) => {
    const write = async (name: string, content: string) => {
      await mkdir(dirname(join(project, name)), { recursive: true });
      await writeFile(join(project, name), content);
    };
    const look = () => takeSnapshot("prod", { project, trust: join(project, "trust") });
    await write("Pulumi.prod.yaml", "pins: bad");
    await write("src/index.ts", "program");
    const before = look();
    await write("Pulumi.prod.yaml", "pins: good");
    await write(STATEMENT, "back");
    const files = new Map([
      ["Pulumi.prod.yaml", digestOf("pins: good")],
      [STATEMENT, digestOf("back")],
    ]);
    for (const name of names) await write(name, "somebody's");
    return refusedFiles(() => {
      refuseNotAsWritten({ before, files }, look());
    });
  });
}

function refusedFiles(call: () => void): readonly string[] {
  try {
    call();
    return [];
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    assert.deepEqual(
      error.refusals.map(({ code }) => code),
      ["not-as-written"],
    );
    return error.refusals.flatMap(({ found }) => found.split("\n").slice(1));
  }
}

describe("what a way back has written", () => {
  it("is deployed, with everything else as it was", async () => {
    assert.deepEqual(await changedBy(), []);
  });

  it("is not deployed where somebody has saved something else over it, or beside it", async () => {
    const beside = ["src/index.ts", "src/more.ts", "trust/roles.yaml", "statements/prod/notes.txt"];
    for (const name of ["Pulumi.prod.yaml", STATEMENT, ...beside]) assert.deepEqual(await changedBy(name), [name]);
    assert.deepEqual(await changedBy("src/more.ts", "Pulumi.prod.yaml"), ["Pulumi.prod.yaml", "src/more.ts"]);
  });
});

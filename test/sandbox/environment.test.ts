import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { run } from "../../src/adapters/processes.ts";
import { renderEnvironment, sandboxEnvironment } from "../../sandbox/environment.ts";
import { sandboxLocation } from "../../sandbox/location.ts";

const shells = ["/bin/sh", "/bin/bash", "/bin/zsh"].filter((shell) => existsSync(shell));

describe("the environment of a sandbox", () => {
  const tools = { searchFolder: "/with space/tools" };

  for (const shell of shells) {
    it(`means the same to ${shell} as to a program, whatever the folder is called`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.stringMatching(/^[ -~äß]{1,12}$/), async (name) => {
          const location = sandboxLocation(`/tmp/${name.replaceAll("/", "")}`);
          const expected = sandboxEnvironment(location, tools, "/usr/bin:/bin");
          assert.deepEqual(await sourced(shell, renderEnvironment(location, tools), Object.keys(expected)), expected);
        }),
        { numRuns: 25 },
      );
    });

    it(`does not grow the PATH when ${shell} sources it again`, async () => {
      const script = renderEnvironment(sandboxLocation("/tmp/x"), tools);
      const once = await sourced(shell, script, ["PATH"]);
      assert.deepEqual(await sourced(shell, script + script, ["PATH"]), once);
    });
  }

  it("puts the resolved tools before the user's", () => {
    const { PATH = "" } = sandboxEnvironment(sandboxLocation("/tmp/x"), tools, "/usr/bin");
    assert.ok(PATH.startsWith("/with space/tools:"));
    assert.ok(PATH.endsWith(":/usr/bin"));
  });
});

/** The variables that a shell passes on after it has read the script. */
async function sourced(shell: string, script: string, names: readonly string[]): Promise<Record<string, string>> {
  const input = `${script}\nexec /usr/bin/env -0`;
  const { stdout } = await run(shell, ["-s"], { input, env: { PATH: "/usr/bin:/bin" } });
  const variables = stdout
    .split("\0")
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  return Object.fromEntries(variables.filter(([name]) => name !== undefined && names.includes(name))) as Record<
    string,
    string
  >; // pairs of strings by construction
}

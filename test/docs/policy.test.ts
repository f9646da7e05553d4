import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { registeredPack } from "../../policy/registered-pack.ts";

/** What the guide says of a rule, and what the pack does. */
interface ListedRule {
  readonly id: string;
  readonly exemption: string;
}

const GUIDE = join(import.meta.dirname, "../../docs/policy.md");

/** The rows of the table of rules: `| `id` | asks | because | exemption |`. */
function rulesOf(guide: string): readonly ListedRule[] {
  return [...guide.matchAll(/^\| `([a-z-]+)` +\|.*\| ([^|]+?) +\|$/gm)].map(([, id = "", exemption = ""]) => ({
    id,
    exemption,
  }));
}

describe("the guide to the policy pack", () => {
  it("lists exactly the rules that are registered, and which of them can be set aside", async () => {
    const { pack } = registeredPack(0);
    const { resourceRules, stackRules } = pack;
    // Rules that ask no exemption: about the run itself.
    const fixed: Readonly<Record<string, string>> = {
      "unknown-stage": "no",
      "stage-present": "no",
      exemptions: "only reports",
    };
    const registered = [...resourceRules, ...stackRules].map(({ id, exemptible }) => ({
      id,
      exemption: fixed[id] ?? (exemptible ? "yes" : "not in gated stages"),
    }));
    assert.deepEqual(rulesOf(await readFile(GUIDE, "utf8")), registered);
  });
});

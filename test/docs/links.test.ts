import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = globSync(["*.md", "docs/**/*.md"], { cwd: ROOT });

/** The name of a heading in links, as GitHub and GitLab make it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

async function anchorsOf(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

/** What is wrong with a link inside the repository. */
async function problemOf(page: string, link: string): Promise<string | undefined> {
  const [file = "", anchor] = link.split("#", 2);
  const path = file === "" ? join(ROOT, page) : join(ROOT, dirname(page), file);
  if (!existsSync(path)) return `${link}: no such file`;
  if (anchor === undefined || (await anchorsOf(path)).includes(anchor)) return undefined;
  return `${link}: no such heading`;
}

describe("the documentation", () => {
  for (const page of PAGES) {
    it(`leads to what is there: ${page}`, async () => {
      const text = await readFile(join(ROOT, page), "utf8");
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
      const inside = links.filter((link) => !/^[a-z]+:/.test(link));
      const problems = await Promise.all(inside.map((link) => problemOf(page, link)));
      assert.deepEqual(
        problems.filter((problem) => problem !== undefined),
        [],
      );
    });
  }
});

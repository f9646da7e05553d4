import { cp, rename, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Person } from "../../../sandbox/people.ts";
import type { Written } from "../../statements/statement-writer.ts";
import { FILE, GatedStage, HOUR, T0 } from "./gated-stage.ts";

describe("the statements of a gated stage", function () {
  this.timeout(300_000);
  let stage: GatedStage;
  let anna: Person;

  before(async () => {
    stage = await GatedStage.make();
    anna = await stage.clone.person("anna");
  });
  afterEach(() => stage.restore());
  after(() => stage.remove());

  const promotion = (atMs = T0) => ({ stage: "prod", who: anna, atMs, from: "preprod" });

  async function approved(): Promise<Written> {
    return stage.approve(await stage.promoted());
  }

  /** Portal's log level is another one, and said to be. */
  async function changed(): Promise<Written> {
    await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: warn");
    const { portal } = await stage.states();
    const change = { stage: "prod", who: anna, atMs: T0 + 2 * HOUR, kind: "change" as const };
    return stage.approve(await stage.writer.write({ ...change, applications: { portal } }));
  }

  it("cover it, one after the other", async () => {
    await approved();
    await changed();
    await stage.passes();
  });

  it("do not where there is none", async () => {
    await stage.refuses(["not-covered"]);
  });

  it("do not where they are for another stage, in its folder or in this one's", async () => {
    const applications = await stage.states();
    const elsewhere = await stage.writer.write({ ...promotion(), stage: "preprod", from: "extest", applications });
    await stage.approve(elsewhere);
    await stage.refuses(["not-covered"]);
    await rename(join(stage.clone.folder, "statements", "preprod"), join(stage.clone.folder, "statements", "prod"));
    await stage.refuses(["other-stage"]);
  });

  it("do not where they are for another project", async () => {
    const applications = await stage.states();
    await stage.approve(await stage.writer.write({ ...promotion(), project: "other", applications }));
    await stage.refuses(["other-project"]);
  });

  it("do not where the stack file says what an earlier one said", async () => {
    await approved();
    const before = await stage.clone.read(FILE);
    await changed();
    await stage.clone.write(FILE, before);
    await stage.refuses(["not-covered"]);
  });

  it("do not where two continue the same one", async () => {
    const first = await approved();
    const { portal: before } = await stage.states();
    await changed();
    // The other one leaves it as it was.
    const applications = { portal: before };
    const rival = { stage: "prod", who: anna, atMs: T0 + 3 * HOUR, kind: "change" as const, applications };
    const previous = first.statement.digest;
    await stage.approve(await stage.writer.write({ ...rival, previous, ...(before === undefined ? {} : { before }) }));
    await stage.refuses(["conflicting-statements"]);
  });

  it("do not where one continues what is gone", async () => {
    const first = await approved();
    await changed();
    await rm(first.folder, { recursive: true });
    await stage.refuses(["missing-statement"]);
  });

  it("do not where a subject is missing, though it is signed", async () => {
    const written = await stage.promoted();
    const without = (text: string): string => {
      const { subject, ...rest } = JSON.parse(text) as { subject: unknown[] };
      return JSON.stringify({ ...rest, subject: subject.slice(1) });
    };
    await stage.approve(await stage.writer.forge(written, anna, without));
    await stage.refuses(["invalid-statement"]);
  });

  it("do not where the document was changed after it was signed", async () => {
    const written = await approved();
    await stage.writer.tamper(written, "statement.json", (text) => text.replace("a test", "no test"));
    await stage.refuses(["misnamed-statement"]);
  });

  for (const [what, link] of [
    ["the stage's folder", (prod: string) => prod],
    ["a statement's folder", (_: string, folder: string) => folder],
    ["a document", (_: string, folder: string) => join(folder, "statement.json")],
    ["a signature", (_: string, folder: string) => join(folder, "promoter.sig")],
    ["an approval", (_: string, folder: string) => join(folder, "approvals", "1.json")],
  ] as const) {
    it(`do not where ${what} is a symbolic link`, async () => {
      const { folder } = await approved();
      const path = link(join(stage.clone.folder, "statements", "prod"), folder);
      const real = join(stage.clone.folder, "..", "elsewhere");
      await rename(path, real);
      await symlink(real, path);
      await stage.refuses(["symbolic-link"], { byPack: what === "a statement's folder" });
      await rm(real, { recursive: true });
    });
  }

  it("do not where a name or a stage leads out of the folder", async () => {
    const written = await approved();
    const out = join(stage.clone.folder, "statements", "prod", `..${basename(written.folder)}`);
    await cp(written.folder, out, { recursive: true });
    await stage.refuses(["unexpected-file"]);
    await rm(out, { recursive: true });
    const outward = (text: string): string => text.replace('"stage":"prod"', '"stage":"../prod"');
    await stage.writer.forge(written, anna, outward);
    await stage.refuses(["invalid-statement"]);
  });
});

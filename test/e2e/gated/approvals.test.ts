import assert from "node:assert/strict";
import { copyFile, cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { parseSshPublicKey } from "../../../src/model/ssh-public-key.ts";
import { STATEMENT_NAMESPACE } from "../../../src/model/statements/statement.ts";
import { makePerson } from "../../statements/people.ts";
import type { Person, PersonName } from "../../../sandbox/people.ts";
import type { Written } from "../../statements/statement-writer.ts";
import { GatedStage, HOUR, T0 } from "./gated-stage.ts";

const AT = T0 + HOUR;
const REFUSED = ["not-approved"];
/** Of what the pack was asked about before, in another form. */
const ALIKE = { byPack: false };

describe("the approvals of a gated stage", function () {
  this.timeout(300_000);
  let stage: GatedStage;
  let people: Readonly<Record<PersonName, Person>>;
  let written: Written;

  before(async () => {
    stage = await GatedStage.make();
    const { clone } = stage;
    people = {
      ...{ owner: await clone.person("owner"), anna: await clone.person("anna"), ben: await clone.person("ben") },
      ...{ carla: await clone.person("carla"), dora: await clone.person("dora") },
      deployer: await clone.person("deployer"),
    };
  });
  beforeEach(async () => {
    written = await stage.promoted();
    await stage.writer.approve(written, people.ben, "release-managers", AT);
  });
  afterEach(() => stage.restore());
  after(() => stage.remove());

  const carlaApproves = (): Promise<string> => stage.writer.approve(written, people.carla, "operations", AT);

  it("count of two people in the gate's groups, none of them the promoter", async () => {
    await carlaApproves();
    await stage.passes();
  });

  it("do not count of one person alone", async () => {
    await stage.refuses(REFUSED);
  });

  it("do not count of the promoter", async () => {
    await stage.writer.approve(written, people.anna, "release-managers", AT);
    await stage.refuses(REFUSED);
  });

  it("count of one person with two keys once", async () => {
    const second = await makePerson(join(stage.clone.folder, ".."), people.carla.principal, "carla-second");
    const line = `${people.carla.principal} namespaces="approval@lockstep" ${second.publicKey}\n`;
    const rule = (text: string): string => text.replace("count: 2", "count: 3");
    await stage.withTrust(
      "allowed_signers",
      (text) => `${text}${line}`,
      () =>
        stage.withTrust("stages.yaml", rule, async () => {
          await carlaApproves();
          await stage.writer.approve(written, second, "operations", AT);
          await stage.refuses(REFUSED);
          await stage.writer.approve(written, people.dora, "operations", AT);
          await stage.passes();
        }),
    );
  });

  it("count under no name but the key's own, and a key under two names is refused altogether", async () => {
    await stage.writer.approve(written, people.dora, "operations", AT, { signer: people.ben });
    await stage.refuses(REFUSED);
    const asBen = (text: string): string => text.replace(people.dora.key, people.ben.key);
    await stage.withTrust("allowed_signers", asBen, () => stage.refuses(["duplicate-signer-key"]));
  });

  it("do not count of somebody who was not in the group then", async () => {
    await carlaApproves();
    const since = (date: string) => (text: string) =>
      text.replace(/(carla@sandbox\.example\n +since: )\S+/, (_, before: string) => `${before}"${date}"`);
    await stage.withTrust("roles.yaml", since(new Date(AT + 1000).toISOString()), () => stage.refuses(REFUSED));
    const until = `$&\n      until: "${new Date(AT).toISOString()}"`;
    await stage.withTrust(
      "roles.yaml",
      (text) => text.replace(/carla@.*\n.*since: .*/, until),
      () => stage.refuses(REFUSED, ALIKE),
    );
  });

  it("do not count in the name of a group that the approver is not in", async () => {
    await stage.writer.approve(written, people.dora, "release-managers", AT);
    await stage.refuses(REFUSED);
  });

  it("do not count with a key that was not valid then", async () => {
    await carlaApproves();
    const valid = (option: string) => (text: string) =>
      text.replace(/(carla@sandbox\.example) /, (_, name: string) => `${name} ${option},`);
    await stage.withTrust("allowed_signers", valid('valid-before="20261019Z"'), () => stage.refuses(REFUSED));
    const later = valid('valid-after="20261022Z"');
    await stage.withTrust("allowed_signers", later, () => stage.refuses(REFUSED, ALIKE));
    const then = valid('valid-after="20261019Z",valid-before="20991231Z"');
    await stage.withTrust("allowed_signers", then, () => stage.passes());
  });

  it("do not count with a key that is compromised, whenever that became known", async () => {
    await carlaApproves();
    const key = {
      key: fingerprintOf(people.carla),
      kind: "compromised",
      since: "2026-11-19T00:00:00Z",
      reason: "found on a bus",
    };
    const revoked = stringify({ keys: [key], digests: [], statements: [] });
    await stage.withTrust(
      "revoked.yaml",
      () => revoked,
      () => stage.refuses(REFUSED),
    );
  });

  it("are not the promoter's signature, nor any signature that is made as one", async () => {
    const approval = await stage.writer.approve(written, people.carla, "operations", AT, {
      namespace: STATEMENT_NAMESPACE,
    });
    await stage.refuses(REFUSED);
    await copyFile(join(written.folder, "promoter.sig"), `${approval}.sig`);
    await stage.refuses(REFUSED, ALIKE);
  });

  it("are not those of another statement", async () => {
    await carlaApproves();
    await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: warn");
    const { portal } = await stage.states();
    const change = { stage: "prod", who: people.anna, atMs: T0, kind: "change" as const, applications: { portal } };
    const next = await stage.writer.write(change);
    await cp(join(written.folder, "approvals"), join(next.folder, "approvals"), { recursive: true });
    await stage.refuses(REFUSED);
    await rm(join(next.folder, "approvals"), { recursive: true });
    await stage.approve(next);
    await stage.passes();
  });
});

function fingerprintOf({ key }: Person): string {
  const parsed = parseSshPublicKey(key);
  assert.ok(parsed.kind === "key");
  return parsed.key.fingerprint;
}

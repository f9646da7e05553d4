import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { z } from "zod";
import type { PersonName } from "../../../sandbox/people.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";
import { Platform, type StageName } from "../platform.ts";
import { sampleReference } from "../sample-pins.ts";

const BAD = "2.3.2-never-ready";

const deploySchema = z.looseObject({
  ended: z.string(),
  failed: z.array(z.looseObject({ name: z.string(), problems: z.array(z.looseObject({ code: z.string() })) })),
  rolledBack: z.looseObject({ restored: z.array(z.looseObject({ name: z.string() })) }).nullable(),
});

/** A bad release, first where anything may come, then behind a gate: each test goes on where the one before ended. */
describe("the way of a bad release", function () {
  this.timeout(500_000);
  let platform: Platform;
  /** They stand in for the portal's pods, which run no containers here. */
  let pods: readonly Server[] = [];
  /** The version that does not answer well in extest, as the cluster declares it. */
  let bad: string | undefined;

  before(async () => {
    const good = await answering(() => Promise.resolve(200));
    const changing = await answering(answerOfExtest);
    pods = [good.server, changing.server];
    platform = await Platform.make();
    const { clone } = platform;
    const smoke = 'smoke: [{ http: { path: "/", within: "2s" } }],\n  probes:';
    await clone.edit("src/applications/portal.ts", (text) => text.replace("probes:", smoke));
    await platform.set("inttest", [["lockstep:settings", "portal", "smokeUrl"], good.url]);
    await platform.set("extest", [["lockstep:settings", "portal", "smokeUrl"], changing.url]);
    await clone.settings("portal", { timeout: "15s" });
    await platform.merge();
    succeeded(await deploy("anna", "inttest"));
  });
  after(async () => {
    for (const server of pods) server.close();
    await platform.remove();
  });

  async function deploy(person: PersonName, stage: StageName, ...flags: readonly string[]) {
    return platform.as(person, ["deploy", stage, "--yes", ...flags], { timeoutMs: 300_000 });
  }

  async function pin(version: string) {
    const reference = await sampleReference(platform.clone.sandbox.location.registry, "ehealth/portal", version);
    return platform.as("anna", ["pin", "inttest", "portal", reference.replace(/@.*$/, ""), "--yes"]);
  }

  async function failed(person: PersonName, stage: StageName, ...flags: readonly string[]) {
    const result = await deploy(person, stage, "--json", ...flags);
    assert.equal(result.exitCode, 1, textOf(result));
    assert.notEqual(result.stdout, "", textOf(result));
    return deploySchema.parse(JSON.parse(result.stdout));
  }

  it("fails in inttest, is taken back by itself, and the version before serves", async () => {
    succeeded(await pin(BAD));
    await platform.merge();
    const { ended, failed: reasons, rolledBack } = await failed("anna", "inttest");
    assert.equal(ended, "rolled-back");
    assert.deepEqual(
      reasons.map(({ name, problems }) => [name, problems.some(({ code }) => code === "failing-readiness")]),
      [["portal", true]],
    );
    assert.deepEqual(
      rolledBack?.restored.map(({ name }) => name),
      ["portal"],
    );
    const { image, ready } = await platform.running("inttest", "portal");
    assert.ok(image.includes("portal:2.3.0@"), image);
    assert.equal(ready, "2");
  });

  it("stays on hold: in the file, and in the cluster for whoever has another file", async () => {
    assert.match(await platform.clone.read(), /lockstep:holds:[\s\S]*portal/);
    const holds = await platform.clone.kubectl(
      ...["get", "configmap", "lockstep-holds", "--namespace", platform.clone.namespaceOf("inttest")],
      ...["--output", "jsonpath={.data}"],
    );
    assert.match(holds, /2\.3\.2-never-ready/);
    // Somebody takes the rollback's files back, and deploys as if nothing had been.
    await platform.git("stash", "--quiet");
    refused(await deploy("ben", "inttest"), ["hold"], 1);
    await platform.git("stash", "pop", "--quiet");
    await platform.merge();
    refused(await pin(BAD), ["hold"], 1);
    assert.match(succeeded(await deploy("anna", "inttest")), /nothing|as its files say|up to date/i);
  });

  it("is deployed again once somebody resumes it, and a good one any time", async () => {
    succeeded(await platform.as("anna", ["resume", "inttest", "portal", "--yes"]));
    await platform.merge();
    succeeded(await pin(BAD));
    await platform.git("checkout", "--quiet", "--", ".");
    succeeded(await pin("2.3.1"));
    await platform.merge();
    succeeded(await deploy("anna", "inttest"));
    assert.match((await platform.running("inttest", "portal")).image, /portal:2\.3\.1@/);
  });

  it("comes to a gated stage, fails there, and the deployer's own key signs the way back", async () => {
    succeeded(await platform.as("anna", ["pin", "inttest", "portal", await good(), "--yes"]));
    await platform.merge();
    succeeded(await deploy("anna", "inttest"));
    succeeded(await platform.as("anna", ["promote", "inttest", "extest", "--reason", "tested", "--yes"]));
    await platform.merge();
    succeeded(await deploy("deployer", "extest"));
    succeeded(await pin("2.3.1"));
    await platform.merge();
    succeeded(await deploy("anna", "inttest"));
    succeeded(await platform.as("anna", ["promote", "inttest", "extest", "--reason", "release 2", "--yes"]));
    await platform.merge();

    bad = "portal:2.3.1@";
    const { ended, failed: reasons } = await failed("deployer", "extest", "--commit", "--push");
    assert.equal(ended, "rolled-back");
    assert.equal(reasons[0]?.problems[0]?.code, "smoke-failed");
    const { image } = await platform.running("extest", "portal");
    assert.match(image, /portal:2\.3\.0@/);
    const folder = await platform.newestStatement("extest");
    const statement: unknown = JSON.parse(await platform.clone.read(`${folder}/statement.json`));
    const { predicate } = z.looseObject({ predicate: z.looseObject({ kind: z.string() }) }).parse(statement);
    assert.equal(predicate.kind, "rollback");
    // Pushed: what others fetch is what runs.
    await platform.git("fetch", "--quiet", "origin");
    assert.equal(await platform.git("rev-parse", "HEAD"), await platform.git("rev-parse", "origin/main"));
    assert.equal(await platform.clone.gitStatus(), "");
  });

  it("is covered as it is then: nobody has to sign anything more, and the version stays on hold", async () => {
    bad = undefined;
    succeeded(await platform.as("ben", ["check", "extest", "--base", "origin/main"]));
    assert.match(succeeded(await deploy("deployer", "extest")), /nothing|as its files say|up to date/i);
    const codes = await platform.refusals("anna", ["promote", "inttest", "extest", "--reason", "again", "--yes"]);
    assert.deepEqual(codes, ["held", "held-in-cluster"]);
    succeeded(await platform.as("anna", ["resume", "extest", "portal", "--yes"]));
    await platform.merge();
    succeeded(await platform.as("anna", ["promote", "inttest", "extest", "--reason", "fixed", "--yes"]));
    await platform.merge();
    succeeded(await deploy("deployer", "extest"));
    assert.match((await platform.running("extest", "portal")).image, /portal:2\.3\.1@/);
  });

  async function answerOfExtest(): Promise<number> {
    if (bad === undefined) return 200;
    const image = "{.spec.template.spec.containers[0].image}";
    return (await platform.clone.field("deployment/portal", image, "extest")).includes(bad) ? 500 : 200;
  }

  async function good(): Promise<string> {
    const { registry } = platform.clone.sandbox.location;
    return (await sampleReference(registry, "ehealth/portal", "2.3.0")).replace(/@.*$/, "");
  }
});

async function answering(status: () => Promise<number>): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_request, response) => {
    void status().then((code) => response.writeHead(code).end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, url: `http://127.0.0.1:${address.port}` };
}

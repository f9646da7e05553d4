import assert from "node:assert/strict";
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { sandboxEnvironment } from "../../sandbox/environment.ts";
import { sandboxLocation, type SandboxLocation } from "../../sandbox/location.ts";
import { newestRoot } from "../../sandbox/newest-root.ts";
import { ensurePeople, type Person } from "../../sandbox/people.ts";
import { writeTrustFiles } from "../../sandbox/trust-files.ts";
import { ownerOf, signTrust } from "../../sandbox/trust-root.ts";
import { loadTrust } from "../../src/adapters/trust/load-trust.ts";
import { renderAnchor } from "../../src/model/trust/anchor.ts";
import { inTemporaryFolder } from "../adapters/temporary-folder.ts";

const STAGES = `stages:
  inttest: { from: registry }
  prod: { from: [inttest], gate: { promoters: [release-managers], approvals: { count: 2, groups: [release-managers, operations] } } }
`;
const CACHE = `127.0.0.1:26400/ehealth/status-cache@sha256:${"0".repeat(64)}`;
const signal = new AbortController().signal;

interface Room {
  readonly location: SandboxLocation;
  readonly people: readonly Person[];
  /** Completes the files and signs; whether a root was written. */
  readonly sign: () => Promise<boolean>;
  /** What refuses the trust with an anchor; the newest root's where none is named. */
  readonly refusals: (anchor?: string) => Promise<readonly string[]>;
  /** The adopted images, each with its stages. */
  readonly adopted: () => Promise<readonly (readonly string[])[]>;
}

async function inRoom(test: (room: Room) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (project) => {
    const location = sandboxLocation(path.join(project, ".sandbox"));
    await mkdir(path.join(project, "policy"));
    await mkdir(location.trust, { recursive: true });
    await writeFile(path.join(project, "policy", "rule.ts"), "// a rule\n");
    await writeFile(path.join(location.trust, "stages.yaml"), STAGES);
    await writeFile(path.join(location.trust, "image-keys.yaml"), "keys: []\n");
    const people = await ensurePeople(location, signal);
    const newest = (): string => {
      const root = newestRoot(location.trust) ?? assert.fail("no root");
      return renderAnchor(root);
    };
    await test({
      location,
      people,
      sign: async () => {
        await writeTrustFiles(location.trust, { people, adopted: [CACHE] });
        return signTrust({ trust: location.trust, project, owner: ownerOf(people), signal });
      },
      refusals: async (anchor = newest()) => {
        const loaded = await loadTrust({ folder: location.trust, project, anchor });
        return loaded.kind === "refused"
          ? loaded.refusals.map(({ code }) => code)
          : [...loaded.value.stageRefusals.values()].flat().map(({ code }) => code);
      },
      adopted: async () => {
        const loaded = await loadTrust({ folder: location.trust, project, anchor: newest() });
        assert.ok(loaded.kind === "accepted");
        return loaded.value.adopted.map(({ name, digest, stages }) => [`${name}@${digest}`, ...stages]);
      },
    });
  });
}

describe("the trust of a sandbox", function () {
  this.timeout(20_000);

  it("is whole, with people enough for every gate", async () => {
    await inRoom(async ({ sign, refusals }) => {
      assert.equal(await sign(), true);
      assert.deepEqual(await refusals(), []);
    });
  });

  it("is not written a second time", async () => {
    await inRoom(async ({ sign, location }) => {
      await sign();
      assert.equal(await sign(), false);
      assert.deepEqual((await readdir(path.join(location.trust, "root"))).toSorted(), ["1.1.sig", "1.json"]);
    });
  });

  it("goes on from the root before where a rule or a file was changed", async () => {
    await inRoom(async ({ sign, refusals, location }) => {
      await sign();
      const first = renderAnchor(newestRoot(location.trust) ?? assert.fail());
      await appendFile(path.join(location.folder, "..", "policy", "rule.ts"), "// changed\n");
      assert.deepEqual(await refusals(), ["rule-changed"]);
      assert.equal(await sign(), true);
      assert.deepEqual(await refusals(first), []);
      assert.equal(newestRoot(location.trust)?.version, 2);
    });
  });

  it("does not take a root for signed that nobody signed", async () => {
    await inRoom(async ({ sign, location }) => {
      await sign();
      await rm(path.join(location.trust, "root", "1.1.sig"));
      assert.equal(newestRoot(location.trust), undefined);
      assert.equal(await sign(), true);
    });
  });

  it("keeps what somebody changed, and gives a new gate's group its members", async () => {
    await inRoom(async ({ sign, refusals, location }) => {
      await sign();
      await appendFile(path.join(location.trust, "adopted.yaml"), "# mine\n");
      await writeFile(path.join(location.trust, "stages.yaml"), STAGES.replace("operations", "testers"));
      assert.equal(await sign(), true);
      assert.deepEqual(await refusals(), []);
    });
  });

  it("adopts images for every stage, once, beside what somebody else adopted", async () => {
    await inRoom(async ({ sign, location, adopted }) => {
      await sign();
      assert.deepEqual(await adopted(), [[CACHE, "*"]]);
      const file = path.join(location.trust, "adopted.yaml");
      const mine = { image: CACHE.replace("status-cache", "mine"), owner: "anna", reason: "mine", stages: ["prod"] };
      await writeFile(file, `# mine\nadopted:\n  - ${JSON.stringify(mine)}\n`);
      await sign();
      assert.deepEqual(await adopted(), [
        [mine.image, "prod"],
        [CACHE, "*"],
      ]);
      const text = await readFile(file, "utf8");
      assert.ok(text.startsWith("# mine\n"));
      assert.equal(await sign(), false);
      assert.equal(await readFile(file, "utf8"), text);
    });
  });

  it("keeps the keys of people", async () => {
    await inRoom(async ({ location, people }) => {
      assert.deepEqual(await ensurePeople(location, signal), people);
    });
  });

  it("puts its newest root into the environment as the anchor", async () => {
    await inRoom(async ({ sign, location }) => {
      const anchor = () => sandboxEnvironment(location, { searchFolder: "/tools" })["LOCKSTEP_TRUST_ANCHOR"];
      assert.equal(anchor(), undefined);
      await sign();
      assert.match(anchor() ?? "", /^1@sha256:/);
    });
  });
});

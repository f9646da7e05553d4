import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { newestRoot } from "../../../sandbox/newest-root.ts";
import { signTrust } from "../../../sandbox/trust-root.ts";
import { ANCHOR_VARIABLE } from "../../../src/model/trust/anchor.ts";
import { makePerson } from "../../statements/people.ts";
import type { Written } from "../../statements/statement-writer.ts";
import { sampleReference } from "../sample-pins.ts";
import { GatedStage, HOUR, T0 } from "./gated-stage.ts";

/** A change of the rules, and what somebody does with it in the same commit. */
interface Loosened {
  readonly file: string;
  readonly change: (text: string) => string | Promise<string>;
  readonly use: (stage: GatedStage) => Promise<void>;
  readonly code?: string;
}

const FOREIGN_HOST = "portal.example.org";
/** Of the version that the sandbox publishes for it. */
const pinned = (version: string) => async (stage: GatedStage) => {
  const { registry } = stage.clone.sandbox.location;
  await stage.edit(
    /image: \S+\/ehealth\/portal:\S+/,
    `image: ${await sampleReference(registry, "ehealth/portal", version)}`,
  );
  await stage.approve(await stage.promoted());
};
const foreignHost = async (stage: GatedStage): Promise<void> => {
  await stage.edit("portal.prod.example.com", FOREIGN_HOST);
  await stage.approve(await stage.promoted());
};

describe("the trust files of a gated stage", function () {
  this.timeout(300_000);
  let stage: GatedStage;

  before(async () => {
    stage = await GatedStage.make();
  });
  afterEach(() => stage.restore());
  after(() => stage.remove());

  async function publicKeyOfStranger(): Promise<string> {
    return readFile(join(stage.clone.sandbox.location.folder, "keys", "stranger", "cosign.pub"), "utf8");
  }

  /** Ben's approval, and one that only the changed file makes count. */
  async function approvedBy(second: (written: Written) => Promise<unknown>): Promise<void> {
    const written = await stage.promoted();
    await stage.writer.approve(written, await stage.clone.person("ben"), "release-managers", T0 + HOUR);
    await second(written);
  }

  let mallory: Awaited<ReturnType<typeof makePerson>>;
  before(async () => {
    mallory = await makePerson(join(stage.clone.folder, ".."), "mallory@example.com");
  });

  const changes: Readonly<Record<string, Loosened>> = {
    "a person's key": {
      file: "allowed_signers",
      change: async (text) => text.replace((await stage.clone.person("dora")).key, mallory.publicKey),
      use: () =>
        approvedBy(async (written) =>
          stage.writer.approve(written, await stage.clone.person("dora"), "operations", T0 + HOUR, { signer: mallory }),
        ),
    },
    "a role": {
      file: "roles.yaml",
      change: (text) =>
        text.replace(
          "release-managers:\n",
          "$&    - { principal: dora@sandbox.example, since: 2026-01-01T00:00:00Z }\n",
        ),
      use: () =>
        approvedBy(async (written) =>
          stage.writer.approve(written, await stage.clone.person("dora"), "release-managers", T0 + HOUR),
        ),
    },
    "a gate": {
      file: "stages.yaml",
      change: (text) => text.replace("approvals: { count: 2,", "approvals: { count: 1,"),
      use: () => approvedBy(() => Promise.resolve()),
    },
    "a gate that is gone": {
      file: "stages.yaml",
      change: (text) => text.replace(/from: \[preprod\]\n(.*\n)?.*gate:\n(?: {6}.*\n)+/, "from: registry\n$1"),
      use: async () => {
        await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: warn");
        // A stage that the registry feeds says of every application whether it runs.
        const absent = ["appointments", "patients", "status-page"].map((name) => `    ${name}: { enabled: false }\n`);
        await stage.edit("lockstep:settings:\n", `lockstep:settings:\n${absent.join("")}`);
      },
    },
    "an image key": {
      file: "image-keys.yaml",
      change: async (text) => {
        const { registry } = stage.clone.sandbox.location;
        const key = {
          publicKey: await publicKeyOfStranger(),
          stages: ["prod"],
          repositories: [`${registry}/ehealth/*`],
        };
        return `${text}${stringify([{ name: "stranger", ...key }])
          .replaceAll(/^/gm, "  ")
          .trimEnd()}\n`;
      },
      use: pinned("2.4.0-stranger"),
    },
    "an adopted digest": {
      file: "adopted.yaml",
      change: async () => {
        const image = await sampleReference(stage.clone.sandbox.location.registry, "ehealth/portal", "2.4.0-unsigned");
        return stringify({ adopted: [{ image, owner: "e2e", reason: "in a hurry", stages: ["prod"] }] });
      },
      use: pinned("2.4.0-unsigned"),
    },
    "an exemption": {
      file: "exemptions.yaml",
      change: () => {
        const why = { owner: "e2e", reason: "in a hurry", expires: "2099-01-01T00:00:00Z" };
        return stringify({ exemptions: [{ rule: "hosts-owned", stages: ["prod"], application: "portal", ...why }] });
      },
      use: foreignHost,
    },
    "a rule": {
      file: "policy/rules/hosts-owned.ts",
      change: (text) =>
        text.replace(
          "check: (resource, context) => {",
          "check: (resource, context) => {\n    if (resource.name !== '') return [];",
        ),
      use: foreignHost,
      code: "rule-changed",
    },
  };
  for (const [what, { file, change, use, code = "trust-file-changed" }] of Object.entries(changes)) {
    it(`count with the owner's signature alone: ${what} changed and used in one commit`, async () => {
      await use(stage);
      const path = join(file.startsWith("policy/") ? stage.clone.folder : stage.clone.trust, file);
      const changed = await change(await readFile(path, "utf8"));
      await stage.withTrust(
        file,
        () => changed,
        () => stage.refuses([code]),
        { signed: false },
      );
      // What is refused is the missing signature: with it, all of this passes.
      await stage.withTrust(
        file,
        () => changed,
        () => stage.passes(),
      );
    });
  }

  it("count with the signature of the owner, and not of somebody who makes themselves one", async () => {
    await stage.approve(await stage.promoted());
    const { clone } = stage;
    await signTrust({ trust: clone.trust, project: clone.folder, owner: await clone.person("anna") });
    try {
      await stage.refuses(["too-few-signatures"]);
    } finally {
      // As long as it is there, nothing leads past it.
      const version = newestRoot(clone.trust)?.version ?? 0;
      for (const name of [`${version}.json`, `${version}.1.sig`]) await rm(join(clone.trust, "root", name));
    }
  });

  it("count with an anchor", async () => {
    await stage.approve(await stage.promoted());
    await stage.refuses(["no-anchor"], { env: { [ANCHOR_VARIABLE]: "" } });
  });

  it("count with an anchor that the root reaches", async () => {
    await stage.approve(await stage.promoted());
    const digest = stage.clone.env[ANCHOR_VARIABLE]?.replace(/^.*@/, "") ?? "";
    await stage.refuses(["anchor-digest-differs"], { env: { [ANCHOR_VARIABLE]: `1@sha256:${"0".repeat(64)}` } });
    await stage.refuses(["anchor-root-missing"], { env: { [ANCHOR_VARIABLE]: `99@${digest}` } });
  });
});

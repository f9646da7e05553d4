import assert from "node:assert/strict";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hexOf, type Digest } from "../../../src/model/digest.ts";
import {
  answers,
  OCI_MANIFEST,
  startHostileRegistry,
  type HostileRegistry,
} from "../../adapters/registry/hostile-registry.ts";
import { MANIFEST } from "../../adapters/registry/quick-client.ts";
import { HostileContents } from "../../adapters/signatures/hostile-contents.ts";
import { refused } from "../outcomes.ts";
import { sampleReference } from "../sample-pins.ts";
import { GatedStage } from "./gated-stage.ts";

const MIB = 1024 * 1024;
const DEPTH = 1000;
const PORTAL = /image: \S+\/ehealth\/portal:\S+/;

describe("the evidence of what was approved for a gated stage", function () {
  this.timeout(300_000);
  let stage: GatedStage;
  let store: string;

  before(async () => {
    stage = await GatedStage.make();
    store = stage.clone.env["LOCKSTEP_STORE"] ?? assert.fail("no store");
  });
  afterEach(() => stage.restore());
  after(() => stage.remove());

  async function approve(image: string): Promise<void> {
    await stage.edit(PORTAL, `image: ${image}`);
    await stage.approve(await stage.promoted());
  }

  /** Whatever people approved: by the program alone, and by the pack alone. */
  async function refusedFor(code: string): Promise<void> {
    const before = await workloads();
    refused(await stage.alone("preview"), ["refused, nothing was changed", code]);
    refused(await stage.byPack("preview"), ["image-signed", code]);
    refused(await stage.byPack("up"), ["image-signed", code]);
    assert.equal(await workloads(), before);
  }

  /** Without a preview the engine makes what comes before the object that is refused: a namespace, a service. */
  async function workloads(): Promise<string> {
    const lines = (await stage.inCluster()).split("\n");
    return lines.filter((line) => /^(?:Deployment|StatefulSet|Job)\//.test(line)).join("\n");
  }

  /** The sandbox's key counts for it as well: what is refused is what it serves. */
  async function withRegistry(contents: HostileContents, test: (image: string) => Promise<void>): Promise<void> {
    const hostile: HostileRegistry = await startHostileRegistry((request, response) => {
      contents.behave(request, response);
    });
    try {
      const { registry } = stage.clone.sandbox.location;
      const more = (text: string): string =>
        text.replace(`- ${registry}/ehealth/*`, `$&\n      - ${hostile.registry}/ehealth/*`);
      await stage.withTrust("image-keys.yaml", more, () =>
        test(`${hostile.registry}/ehealth/app:1.0.0@${contents.subject}`),
      );
    } finally {
      await hostile[Symbol.asyncDispose]();
    }
  }

  it("is no manifest of 50 MB", async () => {
    const contents = new HostileContents(MANIFEST);
    const huge = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, padding: "x".repeat(50 * MIB) });
    contents.set(
      `manifests/sha256-${hexOf(contents.subject)}.sig`,
      answers(200, huge, { "content-type": OCI_MANIFEST }),
    );
    await withRegistry(contents, async (image) => {
      await approve(image);
      await refusedFor("where at most 4194304 are read");
    });
  });

  it("is no bundle nested a thousand levels deep", async () => {
    const contents = new HostileContents(MANIFEST);
    contents.refer(Buffer.from(`${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`));
    await withRegistry(contents, async (image) => {
      await approve(image);
      await refusedFor("too-deep");
    });
  });

  it("is what the registry has, whatever was planted in the store", async () => {
    await stage.approve(await stage.promoted());
    await stage.passes();
    for (const kind of ["sha256", "charts"]) {
      const entries = await readdir(join(store, kind), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
      assert.notEqual(files.length, 0, kind);
      await Promise.all(files.map((file) => writeFile(file, '{"kind":"signed"}')));
    }
    await stage.passes();
  });

  it("is not that of another image, planted as this one's", async () => {
    const { registry } = stage.clone.sandbox.location;
    await stage.approve(await stage.promoted());
    await stage.passes();
    const hints = (reference: string): string => join(store, "hints", hexOf(reference.replace(/^.*@/, "") as Digest));
    const [signed, unsigned] = await Promise.all(
      ["2.3.0", "2.4.0-unsigned"].map((version) => sampleReference(registry, "ehealth/portal", version)),
    );
    if (signed === undefined || unsigned === undefined) return;
    assert.notEqual((await readdir(hints(signed))).length, 0);
    await rm(hints(unsigned), { recursive: true, force: true });
    await mkdir(join(store, "hints"), { recursive: true });
    await cp(hints(signed), hints(unsigned), { recursive: true });
    await stage.restore();
    await approve(unsigned);
    await refusedFor("no-evidence");
  });
});

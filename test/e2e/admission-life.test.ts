import assert from "node:assert/strict";
import { policiesTakenUp } from "./admission-refresh.ts";
import { Clone } from "./clone.ts";
import { refused, succeeded } from "./outcomes.ts";
import { sampleReference } from "./sample-pins.ts";

const ANNOTATION = "lockstep.dev/images";
const NAME = "lockstep-images";

/** A stage with one small application. What the namespace's own rules refuse is not the subject here. */
async function makeClone(): Promise<Clone> {
  const clone = await Clone.make({ pack: false });
  await clone.change({ path: ["config", "lockstep:namespaces", "ehealth", "labels"], value: undefined });
  for (const name of ["appointments", "patients"]) await clone.settings(name, { enabled: false });
  return clone;
}

async function image(clone: Clone, version: string): Promise<string> {
  return sampleReference(clone.sandbox.location.registry, "ehealth/portal", version);
}

/** What the API server says against a pod with that image; empty where it lets it in. */
async function verdict(clone: Clone, reference: string): Promise<string> {
  const words = ["run", "probe", "--image", reference, "--namespace", clone.namespace, "--dry-run=server"];
  return clone.kubectl(...words).then(
    () => "",
    (error: unknown) => String(error),
  );
}

async function judges(clone: Clone, verdicts: Readonly<Record<"listed" | "unlisted", string>>): Promise<void> {
  await policiesTakenUp(clone);
  assert.equal(await verdict(clone, verdicts.listed), "");
  const words = await verdict(clone, verdicts.unlisted);
  assert.ok(words.includes(verdicts.unlisted) && words.includes("not an image of stage inttest"), words);
}

describe("a cluster whose stages have all gone", () => {
  const clones: Clone[] = [];

  after(async () => {
    for (const clone of clones) await clone.remove();
  });

  async function deployed(clone: Clone, version: string): Promise<void> {
    await clone.pinned("portal", version);
    succeeded(await clone.up());
    await clone.untilReady("deployment/portal", 2);
  }

  async function gone(clone: Clone): Promise<void> {
    succeeded(await clone.pulumi(["destroy", "--stack", "inttest", "--yes", "--skip-preview"]));
    await policiesTakenUp(clone);
  }

  it("admits the images of the next stage, and of the same stage again, and no others", async () => {
    const [first, second] = [await makeClone(), await makeClone()];
    clones.push(first, second);
    const [listed, unlisted] = [await image(first, "2.3.0"), await image(first, "2.3.1")];
    await deployed(first, "2.3.0");
    await judges(first, { listed, unlisted });
    await gone(first);
    await deployed(second, "2.3.0");
    await judges(second, { listed, unlisted });
    await gone(second);
    await deployed(second, "2.3.1");
    await judges(second, { listed: unlisted, unlisted: listed });
  });
});

describe("a list that somebody wrote before the stage's first update", () => {
  let clone: Clone;
  let listed: string;
  let unlisted: string;

  beforeEach(async () => {
    clone = await makeClone();
    [listed, unlisted] = [await image(clone, "2.3.0"), await image(clone, "2.3.1")];
    const value = { name: clone.namespace, create: false };
    await clone.change({ path: ["config", "lockstep:namespaces", "ehealth"], value });
    await clone.kubectl("create", "namespace", clone.namespace);
  });
  afterEach(() => clone.remove());

  async function plant(annotations: Readonly<Record<string, string>>, limits: readonly object[] = []): Promise<void> {
    const metadata = { name: NAME, namespace: clone.namespace, annotations };
    const list = { apiVersion: "v1", kind: "LimitRange", metadata, spec: { limits } };
    await clone.write("planted.json", JSON.stringify(list));
    await clone.kubectl("create", "--filename", `${clone.folder}/planted.json`);
  }

  /** As a line of the list says it. */
  function line(reference: string): string {
    return `${reference.slice(-71)} mine`;
  }

  it("stops the update; without it, the stage's own list counts alone", async () => {
    await plant({ [ANNOTATION]: line(unlisted) });
    refused(await clone.up(), [`${clone.namespace}-images`, "conflict", ANNOTATION]);
    await clone.kubectl("delete", "limitrange", NAME, "--namespace", clone.namespace);
    succeeded(await clone.up());
    await judges(clone, { listed, unlisted });
  });

  it("adds nothing under any other key", async () => {
    await plant({ [`${ANNOTATION}.more`]: line(unlisted), images: line(unlisted) });
    succeeded(await clone.up());
    await judges(clone, { listed, unlisted });
  });
});

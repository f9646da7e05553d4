import assert from "node:assert/strict";
import fc from "fast-check";
import { departedImages, previousImages, type DeployedImage } from "../../../src/delivery/admission/earlier-images.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { stageOf, STACK_FILE, withText } from "../../model/sample-stage.ts";

const stage = stageOf(STACK_FILE);

function imageOf(name: string, version: string): string {
  return `registry.example.com/ehealth/${name}:${version}@${digestOf(`${name} ${version}`)}`;
}

/** What the stage's own update leaves. */
function afterUpdate(previous: ReadonlyMap<string, string>, of = stage): readonly DeployedImage[] {
  return of.applications.map(({ application: { name }, pin: { image }, namespace }) => ({
    name,
    image: `${image.registry}/${image.repository}:${image.tag}@${image.digest}`,
    previousImage: previous.get(name),
    namespace,
  }));
}

const olderVersion: readonly DeployedImage[] = afterUpdate(new Map()).map((one) => ({
  ...one,
  image: imageOf(one.name, "0.9.0"),
}));

describe("previousImages", () => {
  it("has none where nothing ran", () => {
    assert.equal(previousImages(stage, []).size, 0);
  });

  it("has what ran, where another image comes", () => {
    assert.equal(previousImages(stage, olderVersion).get("portal"), imageOf("portal", "0.9.0"));
  });

  it("stays the same in every later update that changes no image", () => {
    const first = previousImages(stage, olderVersion);
    assert.deepEqual(previousImages(stage, afterUpdate(first)), first);
    assert.equal(first.size, stage.applications.length);
  });

  it("stays the same where the same content has another name", () => {
    const renamed = afterUpdate(new Map([["portal", imageOf("portal", "0.9.0")]])).map((one) => ({
      ...one,
      image: one.image.replace("registry.example.com", "mirror.example.com"),
    }));
    assert.equal(previousImages(stage, renamed).get("portal"), imageOf("portal", "0.9.0"));
  });

  it("makes an earlier version the current one and the other way round in a rollback", () => {
    const [portal] = stage.applications.filter(({ application }) => application.name === "portal");
    assert.ok(portal !== undefined);
    const upgraded = afterUpdate(new Map([["portal", imageOf("portal", "0.9.0")]])).map((one) =>
      one.name === "portal" ? { ...one, image: imageOf("portal", "3.0.0") } : one,
    );
    assert.equal(previousImages(stage, upgraded).get("portal"), imageOf("portal", "3.0.0"));
  });
});

describe("departedImages", () => {
  const gone: DeployedImage = {
    name: "gone",
    image: imageOf("gone", "1"),
    previousImage: undefined,
    namespace: "ehealth-inttest",
  };
  const remembered = [{ namespace: "ehealth-inttest", image: gone.image }];
  const running = afterUpdate(new Map());

  it("has what leaves, with its namespace", () => {
    assert.deepEqual(departedImages(stage, [...running, gone], []), remembered);
  });

  it("has what moves to another namespace", () => {
    const moved = running.map((one) => (one.name === "portal" ? { ...one, namespace: "elsewhere" } : one));
    assert.deepEqual(
      departedImages(stage, moved, []).map(({ namespace }) => namespace),
      ["elsewhere"],
    );
  });

  it("remembers it while nothing changes, and forgets it with the next version, new application or move", () => {
    assert.deepEqual(departedImages(stage, running, remembered), remembered);
    assert.deepEqual(departedImages(stage, olderVersion, remembered), []);
    assert.deepEqual(departedImages(stage, running.slice(1), remembered), []);
  });

  it("has nothing of an update that wrote no namespaces down", () => {
    const unknown = [...running, gone].map((one) => ({ ...one, namespace: undefined }));
    assert.deepEqual(departedImages(stage, unknown, []), []);
  });

  it("comes to rest: the second of two equal updates has what the first had, whatever ran before", () => {
    const name = fc.constantFrom(...running.map((one) => one.name), "gone");
    const one = fc.record({
      name,
      image: fc.constantFrom(...running.map(({ image }) => image), imageOf("gone", "1"), ""),
      previousImage: fc.constantFrom(undefined, imageOf("portal", "0.8.0")),
      namespace: fc.constantFrom("ehealth-inttest", "platform-inttest", undefined),
    });
    const before = fc.uniqueArray(one, { selector: (deployed) => deployed.name });
    fc.assert(
      fc.property(before, fc.constantFrom([], remembered), (deployed, departed) => {
        for (const of of [
          stage,
          stageOf(withText("    status-page:\n      values", "    status-page:\n      enabled: false\n      values")),
        ]) {
          const first = { departed: departedImages(of, deployed, departed), previous: previousImages(of, deployed) };
          const left = afterUpdate(first.previous, of);
          assert.deepEqual(departedImages(of, left, first.departed), first.departed);
          assert.deepEqual(previousImages(of, left), first.previous);
        }
      }),
    );
  });
});

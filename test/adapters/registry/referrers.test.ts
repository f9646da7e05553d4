import assert from "node:assert/strict";
import { digestOf } from "../../../src/model/digest.ts";
import { answers, answersManifest, inTurn, OCI_INDEX, OCI_MANIFEST, type Behaviour } from "./hostile-registry.ts";
import { hostileRegistries, imageIn } from "./hostile-registries.ts";
import { hasCode, MANIFEST, MANIFEST_DIGEST, quickClient } from "./quick-client.ts";

describe("referrers", () => {
  const start = hostileRegistries();

  const entry = { mediaType: OCI_MANIFEST, digest: digestOf("referrer"), size: 8 };
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] });
  const list = (headers: Readonly<Record<string, string>> = {}): Behaviour =>
    answers(200, index, { "content-type": OCI_INDEX, ...headers });

  it("are read page by page", async () => {
    const registry = await start(inTurn(list({ link: '</v2/next>; rel="next"' }), list()));
    assert.equal((await quickClient().referrers(imageIn(registry))).length, 2);
    assert.equal(registry.seen[1]?.path, "/v2/next");
  });

  it("are an error when the pages do not end", async () => {
    const registry = await start(list({ link: '</v2/next>; rel="next"' }));
    await assert.rejects(quickClient().referrers(imageIn(registry)), hasCode("too-large"));
  });

  it("are not read from another host", async () => {
    const registry = await start(list({ link: '<https://elsewhere.example.com/>; rel="next"' }));
    assert.equal((await quickClient().referrers(imageIn(registry))).length, 1);
  });

  it("are none where the registry lists null", async () => {
    const empty = '{"schemaVersion":2,"manifests":null}';
    const registry = await start(answers(200, empty, { "content-type": OCI_INDEX }));
    assert.deepEqual(await quickClient().referrers(imageIn(registry)), []);
  });

  for (const [what, without] of [
    ["knows no such address", answers(404)],
    ["answers with a web page", answers(200, "<html>", { "content-type": "text/html" })],
  ] as const) {
    it(`come from the fallback tag where a registry ${what}`, async () => {
      const registry = await start(inTurn(without, list()));
      assert.equal((await quickClient().referrers(imageIn(registry)))[0]?.digest, entry.digest);
      assert.equal(registry.seen[1]?.path, `/v2/ehealth/app/manifests/${MANIFEST_DIGEST.replace(":", "-")}`);
    });
  }

  it("are none where there is neither the API nor the fallback tag", async () => {
    assert.deepEqual(await quickClient().referrers(imageIn(await start(answers(404)))), []);
  });

  it("are an error where the fallback tag names an image, as `cosign copy` may leave it", async () => {
    const registry = await start(inTurn(answers(404), answersManifest(MANIFEST)));
    await assert.rejects(quickClient().referrers(imageIn(registry)), hasCode("wrong-media-type"));
  });

  it("are an error, and not none, where the registry fails", async () => {
    await assert.rejects(quickClient().referrers(imageIn(await start(answers(500)))), hasCode("server-error"));
    const registry = await start(inTurn(answers(404), answers(500)));
    await assert.rejects(quickClient().referrers(imageIn(registry)), hasCode("server-error"));
  });
});

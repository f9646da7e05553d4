import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { Reference } from "../../../src/model/reference.ts";
import { digestOf } from "../../../src/model/digest.ts";
import {
  answers,
  answersManifest,
  inTurn,
  OCI_INDEX,
  OCI_MANIFEST,
  startHostileRegistry,
  type Behaviour,
  type HostileRegistry,
} from "./hostile-registry.ts";
import { hostileRegistries, imageIn } from "./hostile-registries.ts";
import { hasCode, MANIFEST, MANIFEST_DIGEST, quickClient } from "./quick-client.ts";

const MEBIBYTE = 1024 * 1024;

function tagIn({ registry }: HostileRegistry): Reference {
  return { registry, repository: "ehealth/app", tag: "1.0.0" };
}

describe("registryClient", () => {
  const start = hostileRegistries();

  it("reads a manifest by digest and resolves a tag to the digest of what the registry sends", async () => {
    const registry = await start(answersManifest(MANIFEST));
    const client = quickClient();
    assert.equal((await client.manifest(imageIn(registry))).manifest.kind, "image");
    assert.equal(await client.resolve(tagIn(registry)), MANIFEST_DIGEST);
    assert.deepEqual(
      registry.seen.map(({ path }) => path),
      [`/v2/ehealth/app/manifests/${MANIFEST_DIGEST}`, "/v2/ehealth/app/manifests/1.0.0"],
    );
  });

  it("reads a manifest without a mediaType field by its Content-Type, as charts have it", async () => {
    const chart = MANIFEST.replace(`"mediaType":"${OCI_MANIFEST}",`, "");
    assert.notEqual(chart, MANIFEST);
    const registry = await start(answersManifest(chart));
    assert.equal((await quickClient().manifest(tagIn(registry))).manifest.kind, "image");
  });

  const refusedAtOnce: Readonly<Record<string, readonly [Behaviour, Parameters<typeof hasCode>[0]]>> = {
    "a 401 without a challenge": [answers(401), "unauthorized"],
    "a 403": [answers(403), "unauthorized"],
    "a 404": [answers(404), "not-found"],
    "other content than the digest names": [answersManifest(`${MANIFEST} `), "digest-mismatch"],
    "a web page": [answers(200, "<html>", { "content-type": "text/html" }), "digest-mismatch"],
    "a manifest announced as larger than 4 MiB": [
      answers(200, Buffer.alloc(4 * MEBIBYTE + 1), { "content-type": OCI_MANIFEST }),
      "too-large",
    ],
    "a redirect to plain HTTP on another machine": [
      answers(302, "", { location: "http://registry.example.com/" }),
      "malformed",
    ],
    "a redirect to a file": [answers(302, "", { location: "file:///etc/passwd" }), "malformed"],
    "a redirect to itself": [answers(302, "", { location: "" }), "malformed"],
    "a redirect with a password in it": [answers(302, "", { location: "https://a:b@example.com/" }), "malformed"],
  };
  for (const [what, [behaviour, code]] of Object.entries(refusedAtOnce)) {
    it(`refuses ${what} and does not try again`, async () => {
      const registry = await start(behaviour);
      const client = quickClient();
      await assert.rejects(client.manifest(imageIn(registry)), hasCode(code));
      assert.deepEqual(client.pauses, []);
    });
  }

  const refusedByTag: Readonly<Record<string, readonly [Behaviour, Parameters<typeof hasCode>[0]]>> = {
    "a web page": [answers(200, "<html>", { "content-type": "text/html" }), "wrong-media-type"],
    "a manifest of Docker's first schema": [
      answers(200, "{}", { "content-type": "application/vnd.docker.distribution.manifest.v1+prettyjws" }),
      "wrong-media-type",
    ],
    "a manifest that is not JSON": [answersManifest("{"), "malformed"],
    "a manifest that is not UTF-8": [answersManifest(Buffer.from([0x22, 0xff, 0x22])), "malformed"],
    "a manifest nested a thousand levels deep": [answersManifest("[".repeat(1000) + "]".repeat(1000)), "malformed"],
    "a manifest nested a million levels deep": [answersManifest("[".repeat(1_000_000)), "malformed"],
    "a manifest without layers": [answersManifest('{"schemaVersion":2}'), "malformed"],
    "a manifest that is image and index at once": [
      answersManifest(MANIFEST.replace("{", '{"manifests":[],')),
      "malformed",
    ],
    "an image announced as an index": [answers(200, MANIFEST, { "content-type": OCI_INDEX }), "wrong-media-type"],
    "an image that calls itself an index": [
      answers(200, MANIFEST.replace(OCI_MANIFEST, OCI_INDEX), { "content-type": OCI_INDEX }),
      "wrong-media-type",
    ],
    "content with another digest than the header says": [
      answers(200, MANIFEST, { "content-type": OCI_MANIFEST, "docker-content-digest": digestOf("other") }),
      "digest-mismatch",
    ],
    "a layer whose digest leaves the address": [
      answersManifest(MANIFEST.replace('"layers":[]', '"layers":[{"mediaType":"x","digest":"sha256:../..","size":1}]')),
      "malformed",
    ],
  };
  for (const [what, [behaviour, code]] of Object.entries(refusedByTag)) {
    it(`refuses ${what} by tag`, async () => {
      await assert.rejects(quickClient().manifest(tagIn(await start(behaviour))), hasCode(code));
    });
  }

  it("stops reading a manifest that never ends", async () => {
    const registry = await start(endless);
    await assert.rejects(quickClient().manifest(tagIn(registry)), hasCode("too-large"));
  });

  it("tries again after a server error, a dropped connection and a cut body", async () => {
    const cut: Behaviour = (_, response) => {
      response.writeHead(200, { "content-type": OCI_MANIFEST, "content-length": String(MANIFEST.length) });
      response.write(MANIFEST.slice(0, 20), () => response.destroy());
    };
    const registry = await start(inTurn(answers(503), dropped, cut, answersManifest(MANIFEST)));
    const client = quickClient();
    assert.equal(await client.resolve(imageIn(registry)), MANIFEST_DIGEST);
    assert.deepEqual(client.pauses, [100, 200, 400], "doubling, half of the bound by the fixed random number");
  });

  it("gives up after four attempts, with the last reason", async () => {
    for (const [behaviour, code] of [
      [answers(500), "server-error"],
      [answers(429), "rate-limited"],
      [dropped, "unreachable"],
      [cutAfterHeaders, "truncated"],
    ] as const) {
      const registry = await start(behaviour);
      await assert.rejects(quickClient().manifest(imageIn(registry)), hasCode(code));
      assert.equal(registry.seen.length, 4, code);
    }
  });

  it("says that a registry where nothing listens is unreachable", async () => {
    const registry = await startHostileRegistry(answers(200));
    await registry[Symbol.asyncDispose]();
    await assert.rejects(quickClient().manifest(imageIn(registry)), hasCode("unreachable"));
  });

  it("waits as long as a rate-limiting registry asks, and not beyond the deadline", async () => {
    const polite = await start(inTurn(answers(429, "", { "retry-after": "7" }), answersManifest(MANIFEST)));
    const client = quickClient();
    await client.manifest(imageIn(polite));
    assert.deepEqual(client.pauses, [7000]);
    const slow = await start(answers(429, "", { "retry-after": "3600" }));
    await assert.rejects(quickClient().manifest(imageIn(slow)), hasCode("rate-limited"));
    assert.equal(slow.seen.length, 1);
  });

  for (const [what, behaviour] of [
    ["never answers", () => undefined],
    ["sends a byte and then nothing", trickle],
  ] as const) {
    it(`gives up on a registry that ${what}`, async () => {
      const registry = await start(behaviour);
      const client = quickClient({ deadlines: { attemptMs: 50, callMs: 5_000 }, retry: { attempts: 2 } });
      await assert.rejects(client.manifest(imageIn(registry)), hasCode("timed-out"));
      // On a machine that has much to do, an attempt may be over before the registry hears of it.
      assert.equal(client.pauses.length, 1);
    });
  }

  it("ends a call as a whole when its deadline has passed", async () => {
    const registry = await start(() => undefined);
    const client = quickClient({ deadlines: { attemptMs: 10_000, callMs: 60 } });
    await assert.rejects(client.manifest(imageIn(registry)), hasCode("timed-out"));
    assert.ok(registry.seen.length <= 1);
    assert.deepEqual(client.pauses, []);
  });

  it("passes the caller's own cancellation on", async () => {
    const controller = new AbortController();
    const reason = new Error("interrupted");
    const registry = await start(() => {
      controller.abort(reason);
    });
    await assert.rejects(quickClient().manifest(imageIn(registry), { signal: controller.signal }), reason);
    assert.equal(registry.seen.length, 1);
  });

  it("follows a redirect to another host without the Authorization header", async () => {
    const other = await start(answersManifest(MANIFEST));
    const registry = await start(({ authorization }, response) => {
      if (authorization === undefined) response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      else response.writeHead(307, { location: `http://${other.registry}/elsewhere` }).end();
    });
    const credentials = () => Promise.resolve({ kind: "password", username: "a", password: "b" } as const);
    await quickClient({ credentials }).manifest(imageIn(registry));
    assert.deepEqual(
      registry.seen.map(({ authorization }) => authorization),
      [undefined, "Basic YTpi"],
    );
    assert.deepEqual(
      other.seen.map(({ authorization }) => authorization),
      [undefined],
    );
  });

  it("does not answer the challenge of a host that it was redirected to", async () => {
    const other = await start(answers(401, "", { "www-authenticate": 'Basic realm="x"' }));
    const registry = await start(answers(307, "", { location: `http://${other.registry}/elsewhere` }));
    const credentials = () => assert.fail("asked for credentials");
    await assert.rejects(quickClient({ credentials }).manifest(imageIn(registry)), hasCode("unauthorized"));
  });

  it("has no more requests in flight than it was told", async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    const release = async (): Promise<void> => {
      // A fourth request would have come before this one has gone to and fro.
      await (await fetch(`http://${registry.registry}/probe`)).text();
      for (const response of waiting.splice(0)) response.writeHead(200, { "content-type": OCI_MANIFEST }).end(MANIFEST);
    };
    const registry = await start(({ path }, response) => {
      if (path === "/probe") return void response.end();
      waiting.push(response);
      most = Math.max(most, waiting.length);
      if (waiting.length === 3) void release();
    });
    const client = quickClient({ concurrency: 3 });
    await Promise.all(Array.from({ length: 21 }, () => client.manifest(imageIn(registry))));
    assert.equal(most, 3);
  });
});

function endless(_: unknown, response: ServerResponse): void {
  response.writeHead(200, { "content-type": OCI_MANIFEST });
  const more = (): void => {
    if (response.writable) response.write(Buffer.alloc(MEBIBYTE), more);
  };
  more();
}

function dropped(_: unknown, response: ServerResponse): void {
  response.destroy();
}

function cutAfterHeaders(_: unknown, response: ServerResponse): void {
  response.writeHead(200, { "content-type": OCI_MANIFEST, "content-length": "100" });
  response.write("{", () => response.destroy());
}

function trickle(_: unknown, response: ServerResponse): void {
  response.writeHead(200, { "content-type": OCI_MANIFEST });
  response.write("{");
}

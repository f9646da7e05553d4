import assert from "node:assert/strict";
import { Authentication } from "../../../src/adapters/registry/authentication.ts";
import type { Credentials, CredentialsProvider } from "../../../src/adapters/registry/credentials.ts";
import { CredentialsError } from "../../../src/adapters/registry/credentials.ts";
import type { DigestReference } from "../../../src/adapters/registry/registry-client.ts";
import { answersManifest, startHostileRegistry, type Behaviour, type HostileRegistry } from "./hostile-registry.ts";
import { hasCode, MANIFEST, MANIFEST_DIGEST, quickClient } from "./quick-client.ts";

const PASSWORD: Credentials = { kind: "password", username: "ann", password: "p:w" };
const BASIC = `Basic ${Buffer.from("ann:p:w").toString("base64")}`;

function has(credentials: Credentials | undefined): CredentialsProvider {
  return () => Promise.resolve(credentials);
}

function image({ registry }: HostileRegistry, repository = "ehealth/app"): DigestReference {
  return { registry, repository, digest: MANIFEST_DIGEST };
}

/** Takes the tokens t1, t2, … that its own token service hands out, up to a number that can be moved on. */
interface TokenRegistry extends HostileRegistry {
  readonly accepts: { oldest: number };
}

async function startTokenRegistry(answer: (token: string) => object = (token) => ({ token })): Promise<TokenRegistry> {
  let issued = 0;
  const state = { oldest: 1 };
  const behave: Behaviour = ({ path, authorization }, response) => {
    if (path.startsWith("/token")) {
      response.end(JSON.stringify(answer(`t${++issued}`)));
    } else if (Number(/^Bearer t(\d+)$/.exec(authorization ?? "")?.[1] ?? 0) >= state.oldest) {
      answersManifest(MANIFEST)({} as never, response);
    } else {
      const realm = `realm="http://${registry.registry}/token",service="the registry",scope="repository:*:push,pull"`;
      response.writeHead(401, { "www-authenticate": `Negotiate, Basic realm="b", Bearer ${realm}` }).end();
    }
  };
  const registry = await startHostileRegistry(behave);
  return Object.assign(registry, { accepts: state });
}

const tokenRequests = ({ seen }: HostileRegistry): HostileRegistry["seen"] =>
  seen.filter(({ path }) => path.startsWith("/token"));

describe("authentication", () => {
  it("asks once for what two calls need at the same moment", async () => {
    let asked = 0;
    const authentication = new Authentication({
      credentials: has(undefined),
      requestToken: () => Promise.resolve(Buffer.from(JSON.stringify({ token: `t${++asked}` }))),
      now: () => 0,
    });
    const repository = { registry: "127.0.0.1:1", repository: "ehealth/app" };
    const challenge = { kind: "bearer", realm: "http://127.0.0.1:1/token" } as const;
    const meet = (): Promise<string | undefined> => authentication.meet(repository, challenge, undefined, "reference");
    assert.deepEqual(await Promise.all([meet(), meet()]), ["Bearer t1", "Bearer t1"]);
  });

  it("sends nothing before a registry asks", async () => {
    await using registry = await startHostileRegistry(answersManifest(MANIFEST));
    await quickClient({ credentials: () => assert.fail("asked for credentials") }).manifest(image(registry));
    assert.equal(registry.seen[0]?.authorization, undefined);
  });

  it("asks for one token per repository, for reading alone, whatever the registry suggests", async () => {
    await using registry = await startTokenRegistry();
    const client = quickClient({ credentials: has(PASSWORD) });
    await Promise.all([1, 2, 3].map(() => client.manifest(image(registry))));
    await client.manifest(image(registry));
    await client.manifest(image(registry, "ehealth/other"));
    const asked = tokenRequests(registry).map(({ path }) => new URL(path, "http://x").searchParams);
    assert.deepEqual(
      asked.map((parameters) => [parameters.get("scope"), parameters.get("service")]),
      [
        ["repository:ehealth/app:pull", "the registry"],
        ["repository:ehealth/other:pull", "the registry"],
      ],
    );
  });

  it("sends the password to the token service alone", async () => {
    await using registry = await startTokenRegistry();
    await quickClient({ credentials: has(PASSWORD) }).manifest(image(registry));
    assert.deepEqual(
      registry.seen.map(({ authorization }) => authorization),
      [undefined, BASIC, "Bearer t1"],
    );
  });

  it("asks for a token without credentials where there are none", async () => {
    await using registry = await startTokenRegistry((token) => ({ access_token: token }));
    await quickClient().manifest(image(registry));
    assert.equal(tokenRequests(registry)[0]?.authorization, undefined);
  });

  it("exchanges an identity token by POST, never in an address", async () => {
    await using registry = await startTokenRegistry();
    const credentials = has({ kind: "identity-token", identityToken: "the-identity" });
    await quickClient({ credentials }).manifest(image(registry));
    const [request] = tokenRequests(registry);
    assert.equal(request?.method, "POST");
    assert.equal(request.path, "/token");
    assert.equal(new URLSearchParams(request.body).get("refresh_token"), "the-identity");
    assert.equal(new URLSearchParams(request.body).get("grant_type"), "refresh_token");
  });

  it("asks for another token when the first has expired or is refused, once", async () => {
    await using registry = await startTokenRegistry((token) => ({ token, expires_in: 300 }));
    let now = 0;
    const client = quickClient({ now: () => now });
    await client.manifest(image(registry));
    now = 299_000;
    await client.manifest(image(registry));
    assert.equal(tokenRequests(registry).length, 2, "after it expired");
    registry.accepts.oldest = 3;
    await client.manifest(image(registry));
    assert.equal(tokenRequests(registry).length, 3, "after it was refused");
    registry.accepts.oldest = 1000;
    await assert.rejects(client.manifest(image(registry)), hasCode("unauthorized"));
    assert.equal(tokenRequests(registry).length, 4, "and no more often than once in a call");
  });

  it("refuses a token service that cannot be asked safely, and keeps the credentials", async () => {
    for (const realm of ["http://tokens.example.com/", "ftp://127.0.0.1/", "nothing"]) {
      await using registry = await startHostileRegistry((_, response) => {
        response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
      });
      await assert.rejects(
        quickClient({ credentials: has(PASSWORD) }).manifest(image(registry)),
        hasCode("unauthorized"),
      );
    }
  });

  for (const [what, answer, code] of [
    ["no token", {}, "malformed"],
    ["a token that would add a header", { token: "a\r\nx: y" }, "malformed"],
  ] as const) {
    it(`refuses ${what} from a token service`, async () => {
      await using registry = await startTokenRegistry(() => answer);
      await assert.rejects(quickClient().manifest(image(registry)), hasCode(code));
    });
  }

  it("says unauthorized where a password is wanted and there is none", async () => {
    await using registry = await startHostileRegistry((_, response) => {
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
    });
    await assert.rejects(quickClient().manifest(image(registry)), hasCode("unauthorized"));
    assert.equal(registry.seen.length, 1);
  });

  it("says unauthorized, once, where the password is wrong", async () => {
    await using registry = await startHostileRegistry((_, response) => {
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    await assert.rejects(
      quickClient({ credentials: has(PASSWORD) }).manifest(image(registry)),
      hasCode("unauthorized"),
    );
    assert.equal(registry.seen.length, 2);
  });

  it("does not go on as nobody where the credentials cannot be read", async () => {
    await using registry = await startTokenRegistry();
    const credentials: CredentialsProvider = () => Promise.reject(new CredentialsError("the helper failed"));
    await assert.rejects(quickClient({ credentials }).manifest(image(registry)), hasCode("unauthorized"));
    assert.equal(tokenRequests(registry).length, 0);
  });
});

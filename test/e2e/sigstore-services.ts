import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from "@sigstore/mock";
import { run } from "../../src/adapters/processes.ts";
import { toolPath } from "./tools.ts";

/** Fulcio and Rekor of the test's own on this machine, for cosign to sign with; the public ones are not asked. */
export interface SigstoreServices extends AsyncDisposable {
  /** Files for cosign's --signing-config and --trusted-root. */
  readonly signingConfig: string;
  readonly trustedRoot: string;
  /** A token as an issuer gives it to a workflow; this Fulcio believes any. */
  token(issuer: string, subject: string): string;
}

type Handler = ReturnType<typeof fulcioHandler>;

/** A Rekor makes this of what is proposed to it: sigstore/rekor, pkg/types/dsse. */
interface ProposedDsse {
  readonly kind: string;
  readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] } };
}

export async function startSigstore(folder: string): Promise<SigstoreServices> {
  const keys = (): ReturnType<typeof generateKeyPairSync> => generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  const ctLog = await initializeCTLog(keys());
  const tLog = await initializeTLog(url, keys());
  const authority = await initializeCA(keys(), ctLog);
  const rekor = rekorHandler(tLog);
  const handlers = [fulcioHandler(authority), { ...rekor, fn: (body: string) => rekor.fn(asLogged(body)) }];
  server.on("request", (request, response) => {
    answer(handlers, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const files = await writeConfiguration(folder, url, {
    authority: new Uint8Array(authority.rootCertificate as Uint8Array),
    ctLog: ctLog.publicKey,
    tLog: tLog.publicKey,
  });
  return {
    ...files,
    token: tokenOf,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(handlers: readonly Handler[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const handler = handlers.find(({ path }) => path === request.url);
  if (handler === undefined) {
    response.writeHead(404).end();
    return;
  }
  const token = request.headers.authorization?.replace(/^Bearer /, "");
  const asked = Buffer.concat(chunks).toString();
  const { statusCode, response: body } = await handler.fn(token === undefined ? asked : asRequested(asked, token));
  const text = typeof body === "string" ? body : Buffer.from(body as Uint8Array).toString();
  if (statusCode !== 201) response.writeHead(statusCode).end(text);
  // cosign takes Fulcio's 200 only, which the mock does not give, and looks for the log's entry by its ETag.
  else if (token !== undefined) response.writeHead(200, { "content-type": "application/json" }).end(text);
  else {
    const [etag = ""] = Object.keys(JSON.parse(text) as object);
    response
      .writeHead(201, { "content-type": "application/json", etag, location: `${handler.path}/${etag}` })
      .end(text);
  }
}

/** cosign sends the token as a header; the mock reads it in the body. */
function asRequested(body: string, oidcIdentityToken: string): string {
  return JSON.stringify({ ...(JSON.parse(body) as object), credentials: { oidcIdentityToken } });
}

function asLogged(body: string): string {
  const proposed = JSON.parse(body) as ProposedDsse;
  if (proposed.kind !== "dsse") return body;
  const { envelope, verifiers } = proposed.spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope) as {
    payload: string;
    signatures: readonly { readonly sig: string }[];
  };
  const hash = (bytes: string | Buffer): object => ({
    algorithm: "sha256",
    value: createHash("sha256").update(bytes).digest("hex"),
  });
  return JSON.stringify({
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      envelopeHash: hash(envelope),
      payloadHash: hash(Buffer.from(payload, "base64")),
      signatures: signatures.map(({ sig }, index) => ({ signature: sig, verifier: verifiers[index] })),
    },
  });
}

async function writeConfiguration(
  folder: string,
  url: string,
  material: { readonly authority: Uint8Array; readonly ctLog: Buffer; readonly tLog: Buffer },
): Promise<Pick<SigstoreServices, "signingConfig" | "trustedRoot">> {
  const start = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, "Z");
  const file = (name: string): string => join(folder, name);
  await writeFile(file("authority.pem"), pem("CERTIFICATE", material.authority));
  for (const [name, key] of [
    ["ctlog.pub", material.ctLog],
    ["tlog.pub", material.tLog],
  ] as const) {
    await writeFile(
      file(name),
      createPublicKey({ key, format: "der", type: "spki" }).export({ type: "spki", format: "pem" }),
    );
  }
  const service = `url=${url},api-version=1,start-time=${start},operator=test`;
  const signing = [`--fulcio=${service}`, `--rekor=${service}`, "--rekor-config=ANY"];
  await run(toolPath("cosign"), ["signing-config", "create", ...signing, "--out", file("signing-config.json")]);
  const root = [
    `--fulcio=url=${url},certificate-chain=${file("authority.pem")},start-time=${start}`,
    `--ctfe=url=${url},public-key=${file("ctlog.pub")},start-time=${start}`,
    `--rekor=url=${url},public-key=${file("tlog.pub")},start-time=${start}`,
  ];
  await run(toolPath("cosign"), ["trusted-root", "create", ...root, "--out", file("trusted-root.json")]);
  return { signingConfig: file("signing-config.json"), trustedRoot: file("trusted-root.json") };
}

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function tokenOf(issuer: string, subject: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = { iss: issuer, sub: subject, aud: "sigstore", exp };
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.${Buffer.alloc(64, 1).toString("base64url")}`;
}

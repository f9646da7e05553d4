import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { certificateFile, keyFile, type KeyPairName } from "./pki-files.ts";

export interface LoopbackRequest {
  readonly port: number;
  readonly path: string;
  readonly method?: "GET" | "DELETE";
  readonly signal?: AbortSignal | undefined;
  /** Speaks TLS, and trusts this authority only; with the client certificate where one is named. */
  readonly tls?: { readonly pki: string; readonly authority: "ca" | "etcd-ca"; readonly client?: KeyPairName };
}

export interface LoopbackResponse {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 5000;

/** One request to a component of the sandbox. Node's fetch takes no client certificate, hence node:https. */
export async function requestLoopback(request: LoopbackRequest): Promise<LoopbackResponse> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
  const options: https.RequestOptions = {
    host: "127.0.0.1",
    port: request.port,
    path: request.path,
    method: request.method ?? "GET",
    agent: false,
    signal,
    ...tlsOptions(request.tls),
  };
  return new Promise((resolve, reject) => {
    const transport = request.tls === undefined ? http : https;
    const sent = transport.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** True where the answer is 200. A component that does not answer is not ready; only an abort by the caller throws. */
export async function answersOk(request: LoopbackRequest): Promise<boolean> {
  try {
    return (await requestLoopback(request)).status === 200;
  } catch {
    request.signal?.throwIfAborted();
    return false;
  }
}

function tlsOptions(tls: LoopbackRequest["tls"]): https.RequestOptions {
  if (tls === undefined) return {};
  const authority = { ca: readFileSync(certificateFile(tls.pki, tls.authority)) };
  if (tls.client === undefined) return authority;
  return {
    ...authority,
    cert: readFileSync(certificateFile(tls.pki, tls.client)),
    key: readFileSync(keyFile(tls.pki, tls.client)),
  };
}

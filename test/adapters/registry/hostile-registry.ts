import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A registry that does what a real one does not do on demand. */
export interface HostileRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly registry: string;
  readonly seen: readonly SeenRequest[];
}

export type Behaviour = (request: SeenRequest, response: ServerResponse) => void;

export async function startHostileRegistry(behave: Behaviour): Promise<HostileRegistry> {
  const seen: SeenRequest[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url = "", headers } = request;
    const { authorization } = headers;
    const asked = { method, path: url, authorization, body: Buffer.concat(chunks).toString() };
    seen.push(asked);
    behave(asked, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    registry: `127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Answers in order, the last one again and again. */
export function inTurn(...behaviours: readonly Behaviour[]): Behaviour {
  let turn = 0;
  return (request, response) => {
    behaviours[Math.min(turn++, behaviours.length - 1)]?.(request, response);
  };
}

export function answers(
  status: number,
  body: string | Uint8Array = "",
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  return (_, response) => {
    response.writeHead(status, headers).end(body);
  };
}

export function answersManifest(body: string | Uint8Array): Behaviour {
  return answers(200, body, { "content-type": OCI_MANIFEST });
}

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * An HTTP server on loopback that stands in for an application's pods: the sandbox's nodes run no containers, so nothing
 * else could answer.
 */
export interface StandInForPods extends AsyncDisposable {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
}

export async function standInForPods(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<StandInForPods> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { engineAddress, isEngineGone, watchEngine } from "../../src/adapters/engine-watch.ts";

const INTERVAL_MS = 5;

describe("the watch over the engine", () => {
  it("says that it is gone once nobody listens there any longer, and not before", async () => {
    const server = createServer((socket) => socket.resume());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    let gone = false;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    watchEngine(
      `127.0.0.1:${port}`,
      () => {
        gone = true;
        resolve(undefined);
      },
      INTERVAL_MS,
    );
    await once(server, "connection");
    await once(server, "connection");
    assert.equal(gone, false);
    server.close();
    // The watch itself keeps nothing alive.
    const alive = setInterval(() => undefined, 1_000);
    await promise;
    clearInterval(alive);
  });

  it("tells at once whether anybody listens there, and says nothing of what is no address", async () => {
    const server = createServer((socket) => socket.resume());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    assert.equal(await isEngineGone(`127.0.0.1:${port}`), false);
    server.close();
    await once(server, "close");
    assert.equal(await isEngineGone(`127.0.0.1:${port}`), true);
    for (const word of ["", "4711", "127.0.0.1:http"]) assert.equal(await isEngineGone(word), false);
  });

  it("finds the address among the program's words", () => {
    assert.equal(engineAddress(["node", "run", "--engine", "127.0.0.1:4711", "--stack", "x"]), "127.0.0.1:4711");
    for (const words of [[], ["--engine"], ["node", "run"]]) assert.equal(engineAddress(words), undefined);
  });
});

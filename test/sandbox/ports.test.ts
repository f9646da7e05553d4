import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { components } from "../../sandbox/components/all.ts";
import { sandboxLocation } from "../../sandbox/location.ts";
import { isPortFree, refuseTakenPorts } from "../../sandbox/ports.ts";
import { freePortBase } from "./free-port-base.ts";

describe("refuseTakenPorts", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it("has nothing to say where all ports are free", async () => {
    const location = sandboxLocation("/tmp/x", await freePortBase());
    assert.deepEqual(await refuseTakenPorts(location, components), []);
  });

  it("names every port that is taken, for what it is needed, and a base that is free", async () => {
    const location = sandboxLocation("/tmp/x", await freePortBase());
    servers.push(await listenOn(location.ports.etcdPeer), await listenOn(location.ports.kwok));
    const refusals = await refuseTakenPorts(location, components);
    assert.deepEqual(
      refusals.map(({ code, place }) => [code, place.path]),
      [location.ports.etcdPeer, location.ports.kwok].map((port) => ["port-in-use", `127.0.0.1:${port}`]),
    );
    assert.match(refusals[0]?.expected ?? "", /etcd/);
    const proposed = Number(/--port-base (\d+)/.exec(refusals[0]?.action ?? "")?.[1]);
    assert.ok(await isPortFree(proposed));
  });

  it("does not ask about the ports of what runs already", async () => {
    const location = sandboxLocation("/tmp/x", await freePortBase());
    servers.push(await listenOn(location.ports.registry));
    const others = components.filter(({ name }) => name !== "registry");
    assert.deepEqual(await refuseTakenPorts(location, others), []);
  });
});

async function listenOn(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

import { createServer } from "node:net";
import type { Refusal } from "../src/model/refusal.ts";
import { PORT_BASE_RANGE, sandboxLocation, type SandboxLocation } from "./location.ts";
import type { Component } from "./components/component.ts";

/** True where nobody listens on the port of the loopback address. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** A refusal for each port that a component is about to need and somebody else has. */
export async function refuseTakenPorts(location: SandboxLocation, starting: readonly Component[]): Promise<Refusal[]> {
  const wanted = starting.flatMap(({ name, ports }) =>
    ports.map((purpose) => ({ name, port: location.ports[purpose] })),
  );
  const free = await Promise.all(wanted.map(({ port }) => isPortFree(port)));
  const taken = wanted.filter((_, index) => free[index] === false);
  if (taken.length === 0) return [];
  const action = `npm run sandbox -- up --port-base ${await freeBaseAfter(location)}   (or end what listens there)`;
  return taken.map(({ name, port }) => ({
    code: "port-in-use",
    place: { path: `127.0.0.1:${port}` },
    found: "another program listens on this port",
    expected: `a free port for ${name} (port base ${location.portBase})`,
    action,
  }));
}

/** A base whose ports are free now, to name in a message; the asked one plus 100 where none is found. */
async function freeBaseAfter(location: SandboxLocation): Promise<number> {
  const STEP = 100;
  const candidates = Array.from({ length: 20 }, (_, index) => location.portBase + STEP * (index + 1));
  for (const base of candidates.filter((candidate) => candidate <= PORT_BASE_RANGE.max)) {
    const ports = Object.values(sandboxLocation(location.folder, base).ports);
    if ((await Promise.all(ports.map(isPortFree))).every(Boolean)) return base;
  }
  return location.portBase > PORT_BASE_RANGE.max - STEP ? PORT_BASE_RANGE.min : location.portBase + STEP;
}

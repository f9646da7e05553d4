// Loaded into the program's Node by NODE_OPTIONS=--import. Notes when each request to the engine goes out, at the
// lowest layer (HTTP/2), so that it knows neither Lockstep nor the engine's SDK and loads nothing that they do not.
import { mkdirSync, writeFileSync } from "node:fs";
import http2 from "node:http2";
import { join } from "node:path";

const folder = process.env["LOCKSTEP_BENCH_PROBE"];

/** @type {{ atMs: number; cpuMs: number; method: string }[]} */
const requests = [];

if (folder !== undefined) {
  const connect = http2.connect;
  // @ts-expect-error: the overloads of `connect` cannot be named together
  http2.connect = (/** @type {Parameters<typeof connect>} */ ...args) => {
    const session = connect(...args);
    const request = session.request.bind(session);
    session.request = (headers, options) => {
      const path = Object.entries(headers ?? {}).find(([name]) => name === ":path")?.[1];
      const { user, system } = process.cpuUsage();
      // Both in milliseconds, since this process began.
      const [atMs, cpuMs] = [performance.now(), (user + system) / 1000];
      requests.push({ atMs, cpuMs, method: String(path).split("/").at(-1) ?? "" });
      return request(headers, options);
    };
    return session;
  };
  process.on("exit", () => {
    if (requests.length === 0) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(requests));
  });
}

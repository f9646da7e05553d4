import { connect } from "node:net";

const INTERVAL_MS = 5_000;

/**
 * Calls back once nobody listens any longer where the engine said that it does: it was killed. The SDK would ask it
 * again and again, for ever, with all of a processor. Keeps nothing alive.
 * @param address `127.0.0.1:<port>`
 */
export function watchEngine(address: string, onGone: () => void, intervalMs = INTERVAL_MS): void {
  const separator = address.lastIndexOf(":");
  const [host, port] = [address.slice(0, separator), Number(address.slice(separator + 1))];
  if (separator < 0 || !Number.isInteger(port)) return;
  const timer = setInterval(() => {
    const socket = connect({ host, port });
    socket.unref();
    socket.once("connect", () => socket.destroy());
    socket.once("error", (error: NodeJS.ErrnoException) => {
      // A machine that has no sockets left says nothing about the engine.
      if (error.code !== "ECONNREFUSED") return;
      clearInterval(timer);
      onGone();
    });
  }, intervalMs);
  timer.unref();
}

/** What the engine's language host hands every program; undefined where it is another host. */
export function engineAddress(words: readonly string[]): string | undefined {
  return words[words.indexOf("--engine") + 1 || words.length];
}

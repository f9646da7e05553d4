import { connect, type Socket } from "node:net";

const INTERVAL_MS = 5_000;

/**
 * Calls back once nobody listens any longer where the engine said that it does: it was killed. The SDK would ask it
 * again and again, for ever, with all of a processor. Keeps nothing alive.
 * @param address `127.0.0.1:<port>`
 */
export function watchEngine(address: string, onGone: () => void, intervalMs = INTERVAL_MS): void {
  if (addressOf(address) === undefined) return;
  const timer = setInterval(() => {
    ask(address, (gone) => {
      if (!gone) return;
      clearInterval(timer);
      onGone();
    })?.unref();
  }, intervalMs);
  timer.unref();
}

/** Whether nobody listens there, for certain. @param address `127.0.0.1:<port>` */
export async function isEngineGone(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (ask(address, resolve) === undefined) resolve(false);
  });
}

function ask(address: string, onAnswer: (gone: boolean) => void): Socket | undefined {
  const place = addressOf(address);
  if (place === undefined) return undefined;
  const socket = connect(place);
  socket.once("connect", () => {
    socket.destroy();
    onAnswer(false);
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    // A machine that has no sockets left says nothing about the engine.
    onAnswer(error.code === "ECONNREFUSED");
  });
  return socket;
}

function addressOf(address: string): { readonly host: string; readonly port: number } | undefined {
  const separator = address.lastIndexOf(":");
  const port = Number(address.slice(separator + 1));
  if (separator < 0 || !Number.isInteger(port)) return undefined;
  return { host: address.slice(0, separator), port };
}

/** What the engine's language host hands every program; undefined where it is another host. */
export function engineAddress(words: readonly string[]): string | undefined {
  return words[words.indexOf("--engine") + 1 || words.length];
}

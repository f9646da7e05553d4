import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";

/**
 * Imports a file of the catalogue.
 * @throws where the file throws, and where it waits longer than the deadline: nobody would be told which one it is
 */
export async function importModule(path: string, deadlineMs: number): Promise<Readonly<Record<string, unknown>>> {
  const imported = new AbortController();
  const late = setTimeout(deadlineMs, undefined, { signal: imported.signal }).then(() => {
    throw new Error(`not loaded after ${deadlineMs / 1000} s: does it wait for something?`);
  });
  try {
    return await Promise.race([import(pathToFileURL(path).href) as Promise<Readonly<Record<string, unknown>>>, late]);
  } finally {
    imported.abort();
  }
}

const ownExit = Object.getOwnPropertyDescriptor(process, "exit");
let held = 0;

/**
 * Until `work` is done, what calls process.exit gets an error instead. A file of the catalogue would end whoever loads
 * it, and the policy pack with it, without a word.
 */
export async function holdingProcess<T>(work: () => Promise<T>): Promise<T> {
  held += 1;
  process.exit = () => {
    throw new Error("it calls process.exit");
  };
  try {
    return await work();
  } finally {
    held -= 1;
    if (held === 0 && ownExit !== undefined) Object.defineProperty(process, "exit", ownExit);
  }
}

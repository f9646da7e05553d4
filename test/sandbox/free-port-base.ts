import { randomInt } from "node:crypto";
import { sandboxLocation } from "../../sandbox/location.ts";
import { isPortFree } from "../../sandbox/ports.ts";

/**
 * A base with all of a sandbox's ports free. Below the ports that systems give to outgoing connections (from 32768 on
 * Linux, which is where binding to port 0 leads): any program's next connection could take one of those.
 */
export async function freePortBase(): Promise<number> {
  for (;;) {
    const base = randomInt(10_000, 32_700);
    const free = await Promise.all(Object.values(sandboxLocation("/", base).ports).map(isPortFree));
    if (free.every(Boolean)) return base;
  }
}

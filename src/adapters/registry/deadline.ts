import { setTimeout as sleepFor } from "node:timers/promises";

/** A time limit over some work: `signal` aborts when it has passed or when the parent aborts. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  readonly leftMs: () => number;
  /** Whether this limit, and not the parent, ended the work. */
  readonly hasPassed: () => boolean;
}

/** Runs work under a time limit and leaves no timer behind. */
export async function withDeadline<T>(
  milliseconds: number,
  parent: AbortSignal | undefined,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  parent?.throwIfAborted();
  const controller = new AbortController();
  const endsAt = performance.now() + milliseconds;
  let passed = false;
  const timer = setTimeout(() => {
    passed = true;
    controller.abort(new Error(`nothing after ${milliseconds} ms`));
  }, milliseconds);
  const onAbort = (): void => {
    controller.abort(parent?.reason);
  };
  parent?.addEventListener("abort", onAbort, { once: true });
  try {
    return await work({
      signal: controller.signal,
      leftMs: () => Math.max(0, endsAt - performance.now()),
      hasPassed: () => passed,
    });
  } finally {
    clearTimeout(timer);
    parent?.removeEventListener("abort", onAbort);
  }
}

export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleepFor(milliseconds, undefined, { signal });
}

import type { Digest } from "../model/digest.ts";

/** What the last update recorded of an application's desired state. */
export interface RecordedState {
  readonly desired: Digest | undefined;
  readonly sinceMs: number | undefined;
}

/**
 * Since when an application's desired state has been the same: carried over from update to update, so that one without
 * a change changes nothing. Whole seconds: an update's own times in the engine's history are no finer.
 */
export function desiredSince(desired: Digest, recorded: RecordedState | undefined, nowMs: number): number {
  const nowSeconds = Math.floor(nowMs / 1000) * 1000;
  const { sinceMs } = recorded ?? {};
  if (recorded?.desired !== desired || sinceMs === undefined) return nowSeconds;
  // A clock that was ahead: nothing has been the same since a time to come.
  return Math.min(sinceMs, nowSeconds);
}

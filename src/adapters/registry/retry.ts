import { sleep } from "./deadline.ts";

export interface RetryPolicy {
  /** How often a call is tried in all. */
  readonly attempts: number;
  /** The longest first pause in milliseconds; it doubles with each attempt. */
  readonly baseMs: number;
  /** The longest pause of our own choice; a registry's Retry-After may ask for more. */
  readonly capMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 4, baseMs: 200, capMs: 5_000, random: Math.random, sleep };

/** "Full jitter": anything up to the bound, so that many clients do not come back at once. */
export function pauseMs(policy: RetryPolicy, attempt: number, retryAfterMs = 0): number {
  const bound = Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.max(retryAfterMs, policy.random() * bound);
}

/** Retry-After in milliseconds, from seconds or a date (RFC 9110 section 10.2.3); undefined where it says nothing. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

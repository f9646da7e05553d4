import type { Place, Refusal } from "../../model/refusal.ts";

export type RegistryErrorCode =
  | "unreachable"
  | "timed-out"
  | "unauthorized"
  | "not-found"
  | "rate-limited"
  | "server-error"
  | "malformed"
  | "wrong-media-type"
  /** A chart, but not the one that the reference names. */
  | "other-chart"
  | "digest-mismatch"
  | "truncated"
  | "too-large";

/** What a registry call can end in, besides its result and the caller's own cancellation. */
export class RegistryError extends Error {
  readonly code: RegistryErrorCode;
  /** What was asked for: an image reference, or the name of a repository. */
  readonly reference: string;
  /** What happened, for people; without credentials. */
  readonly detail: string;
  /** How long the registry asked to be left alone, where it did. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: RegistryErrorCode,
    reference: string,
    detail: string,
    options: ErrorOptions & { readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(`${reference}: ${detail}`, options);
    this.name = "RegistryError";
    this.code = code;
    this.reference = reference;
    this.detail = detail;
    this.retryAfterMs = options.retryAfterMs;
  }
}

interface Advice {
  readonly expected: string;
  readonly action: (error: RegistryError) => string;
}

const TAMPERED: Advice = {
  expected: "content whose SHA-256 is the digest that was asked for",
  action: () => "do not use this registry or mirror until its owner has explained the difference",
};

const UNREADABLE: Advice = {
  expected: "an answer as the OCI distribution specification describes it",
  action: ({ reference }) => `check that ${reference} names an OCI registry and not a web page or a proxy's login`,
};

const ADVICE: Readonly<Record<RegistryErrorCode, Advice>> = {
  unreachable: {
    expected: "a registry that answers",
    action: ({ reference }) => `check that ${registryOf(reference)} is up and can be reached from here, then run again`,
  },
  "timed-out": {
    expected: "an answer within the deadline",
    action: ({ reference }) => `check ${registryOf(reference)} and the network to it, then run again`,
  },
  unauthorized: {
    expected: "leave to read it",
    action: ({ reference }) => `docker login ${registryOf(reference)}`,
  },
  "not-found": {
    expected: "a repository that has it",
    action: () => "check the name, the tag and the digest; push it first if it was never pushed",
  },
  "rate-limited": {
    expected: "an answer within the registry's rate limit",
    action: ({ reference }) =>
      `wait and run again; logging in (docker login ${registryOf(reference)}) may raise the limit`,
  },
  "server-error": {
    expected: "an answer without a server error",
    action: ({ reference }) => `look at the log of ${registryOf(reference)}, then run again`,
  },
  malformed: UNREADABLE,
  "wrong-media-type": {
    expected: "an image or chart: an OCI or Docker manifest or index",
    action: () => "check that the reference names an image or a chart, pushed by a current tool",
  },
  "other-chart": {
    expected: "the chart and the version that the reference names",
    action: () => "write the name and version of the chart that is meant; find out who pinned or pushed this one",
  },
  "digest-mismatch": TAMPERED,
  truncated: {
    expected: "the whole content",
    action: () => "run again; if it stays so, push the content to the registry again",
  },
  "too-large": {
    expected: "content within the size limit",
    action: () => "check that the reference names what it should; such content is not read",
  },
};

/** A registry's failure as a reason for a "no"; codes are `registry-<code>`. */
export function toRefusal(error: RegistryError, place: Place): Refusal {
  const { expected, action } = ADVICE[error.code];
  return {
    code: `registry-${error.code}`,
    place,
    found: `${error.reference}: ${error.detail}`,
    expected,
    action: action(error),
  };
}

function registryOf(reference: string): string {
  return reference.split("/", 1)[0] ?? reference;
}

const MAX_QUOTED = 200;

/** Text of somebody else, fit for a terminal: no control characters, not too long. */
export function quoted(text: string): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return clean.length > MAX_QUOTED ? `${clean.slice(0, MAX_QUOTED)}…` : clean;
}

import { Authentication, type Repository, type TokenRequest } from "./authentication.ts";
import { BrokenBody, readBody } from "./body.ts";
import { parseChallenge } from "./challenge.ts";
import type { CredentialsProvider } from "./credentials.ts";
import { withDeadline, type Deadline } from "./deadline.ts";
import { errorOfStatus } from "./error-answer.ts";
import { mayFollow } from "./origin.ts";
import { RegistryError, type RegistryErrorCode } from "./registry-error.ts";
import { pauseMs, type RetryPolicy } from "./retry.ts";
import { Slots } from "../slots.ts";

export interface TransportOptions {
  readonly fetch: typeof fetch;
  readonly credentials: CredentialsProvider;
  readonly retry: RetryPolicy;
  /** Requests in flight at once. */
  readonly concurrency: number;
  /** Milliseconds since 1970, for the life of tokens and for Retry-After. */
  readonly now: () => number;
}

/** One GET with everything that bounds it. */
export interface Call {
  readonly repository: Repository;
  /** What messages name. */
  readonly reference: string;
  readonly url: URL;
  readonly accept: string;
  /** Statuses besides 200 that are answers and not failures. */
  readonly answers?: readonly number[];
  /** Milliseconds for one attempt, its body included. */
  readonly attemptMs: number;
  /** Milliseconds for all attempts and the pauses between them. */
  readonly callMs: number;
  readonly signal?: AbortSignal;
}

const TRANSIENT: ReadonlySet<RegistryErrorCode> = new Set([
  "unreachable",
  "timed-out",
  "rate-limited",
  "server-error",
  "truncated",
]);
const REDIRECTS = [301, 302, 303, 307, 308];
const MAX_REDIRECTS = 5;
const TOKEN_MS = 10_000;
const MAX_TOKEN_BYTES = 1024 * 1024;

/** GETs under deadlines, tried again where that can help, logged in where a registry asks for it. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #slots: Slots;
  readonly #authentication: Authentication;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency);
    this.#authentication = new Authentication({
      credentials: options.credentials,
      requestToken: (request) => this.#requestToken(request),
      now: options.now,
    });
  }

  /**
   * `consume` reads the body; it may be called once per attempt.
   * @throws RegistryError, or the reason of the caller's signal
   */
  get<T>(call: Call, consume: (response: Response) => Promise<T>): Promise<T> {
    // The slot is kept during pauses: a registry that asks for patience gets fewer requests.
    return this.#slots.use(() =>
      withDeadline(call.callMs, call.signal, (deadline) => this.#tryRepeatedly(call, deadline, consume)),
    );
  }

  async #tryRepeatedly<T>(call: Call, deadline: Deadline, consume: (response: Response) => Promise<T>): Promise<T> {
    const { retry } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(call, deadline, consume);
      } catch (error) {
        call.signal?.throwIfAborted();
        if (!(error instanceof RegistryError) || !TRANSIENT.has(error.code) || attempt >= retry.attempts) throw error;
        const pause = pauseMs(retry, attempt, error.retryAfterMs);
        if (deadline.hasPassed() || pause >= deadline.leftMs()) throw error;
        await retry.sleep(pause, deadline.signal);
      }
    }
  }

  async #attempt<T>(call: Call, deadline: Deadline, consume: (response: Response) => Promise<T>): Promise<T> {
    return withDeadline(Math.min(call.attemptMs, deadline.leftMs()), deadline.signal, async (attempt) => {
      try {
        return await consume(await this.#authorized(call, attempt.signal));
      } catch (error) {
        if (error instanceof RegistryError) throw error;
        if (attempt.hasPassed() || deadline.hasPassed()) throw timedOut(call, error);
        if (error instanceof BrokenBody)
          throw new RegistryError("truncated", call.reference, error.message, { cause: error });
        throw error;
      }
    });
  }

  async #authorized(call: Call, signal: AbortSignal): Promise<Response> {
    const { repository, reference } = call;
    const known = await this.#authentication.known(repository);
    const first = await this.#follow(call, known, signal);
    // A challenge of another host, met after a redirect, is not the registry's to make.
    if (first.status !== 401 || new URL(first.url).origin !== call.url.origin) return this.#checked(call, first);
    const challenge = parseChallenge(first.headers.get("www-authenticate"));
    if (challenge === undefined) return this.#checked(call, first);
    await first.body?.cancel();
    const header = await abortable(this.#authentication.meet(repository, challenge, known, reference), signal);
    if (header === undefined) {
      throw new RegistryError("unauthorized", reference, `no credentials for ${repository.registry} were found`);
    }
    return this.#checked(call, await this.#follow(call, header, signal));
  }

  async #checked(call: Call, response: Response): Promise<Response> {
    if (response.status === 200 || call.answers?.includes(response.status) === true) return response;
    throw await errorOfStatus(response, call.reference, this.#options.now());
  }

  async #follow(call: Call, authorization: string | undefined, signal: AbortSignal): Promise<Response> {
    let url = call.url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await this.#send(url, call, {
        signal,
        headers: {
          accept: call.accept,
          // Content is hashed as it lies in the registry.
          "accept-encoding": "identity",
          ...(authorization !== undefined && url.origin === call.url.origin ? { authorization } : {}),
        },
      });
      if (!REDIRECTS.includes(response.status)) return response;
      await response.body?.cancel();
      const next = URL.parse(response.headers.get("location") ?? "", url.href);
      if (next === null || !mayFollow(url, next)) {
        throw new RegistryError("malformed", call.reference, `${url.host} redirects to where it is not safe to follow`);
      }
      url = next;
    }
    throw new RegistryError("malformed", call.reference, `more than ${MAX_REDIRECTS} redirects`);
  }

  async #send(url: URL, { reference }: Pick<Call, "reference">, init: RequestInit): Promise<Response> {
    try {
      return await this.#options.fetch(url, { ...init, redirect: "manual" });
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      throw new RegistryError("unreachable", reference, `${url.host} cannot be reached (${reasonOf(error)})`, {
        cause: error,
      });
    }
  }

  /** Not tried again by itself: the call that needs the token is. Redirects are not followed with credentials. */
  async #requestToken({ url, authorization, form, reference }: TokenRequest): Promise<Uint8Array> {
    return withDeadline(TOKEN_MS, undefined, async (deadline) => {
      try {
        const response = await this.#send(
          url,
          { reference },
          {
            signal: deadline.signal,
            headers: { accept: "application/json", ...(authorization === undefined ? {} : { authorization }) },
            ...(form === undefined ? {} : { method: "POST", body: form }),
          },
        );
        if (response.status !== 200) throw await errorOfStatus(response, reference, this.#options.now());
        return await readBody(response, { reference: `${reference}: token of ${url.host}`, maxBytes: MAX_TOKEN_BYTES });
      } catch (error) {
        if (deadline.hasPassed())
          throw new RegistryError("timed-out", reference, `${url.host} gave no token in ${TOKEN_MS} ms`);
        if (error instanceof BrokenBody)
          throw new RegistryError("truncated", reference, error.message, { cause: error });
        throw error;
      }
    });
  }
}

function timedOut({ reference, attemptMs, url }: Call, cause: unknown): RegistryError {
  return new RegistryError("timed-out", reference, `${url.host} gave no full answer within ${attemptMs / 1000} s`, {
    cause,
  });
}

/** Work that several calls share is not ended by the abort of one of them; that one stops waiting. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** fetch() wraps what went wrong: the code (ECONNREFUSED, CERT_HAS_EXPIRED) is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return "unknown reason";
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

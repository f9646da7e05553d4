import { sleep, withDeadline } from "../registry/deadline.ts";
import { toLines } from "./container-log.ts";

export interface HttpQuestion {
  readonly url: string;
  /** The answer that is good. */
  readonly status: number;
  readonly withinSeconds: number;
}

/** Why a check did not pass, in a line, and what was written. */
export interface SmokeProblem {
  readonly text: string;
  readonly log: readonly string[];
}

const ATTEMPT_MS = 10_000;
const BETWEEN_ATTEMPTS_MS = 1_000;
/** Of the body of a wrong answer: enough to recognise it. */
const MAX_BYTES = 4_096;

/**
 * Asks until the answer is the good one, or the time has passed. Redirects are answers, and are not followed.
 * @returns undefined where it passed, else what the last answer was
 * @throws the signal's reason
 */
export async function checkHttp(question: HttpQuestion, signal: AbortSignal): Promise<SmokeProblem | undefined> {
  const { withinSeconds } = question;
  return withDeadline(withinSeconds * 1000, signal, async (whole) => {
    let last: SmokeProblem = { text: "no answer came", log: [] };
    for (;;) {
      const problem = await attempt(question, Math.min(ATTEMPT_MS, whole.leftMs()), whole.signal);
      if (problem === undefined) return undefined;
      // What the end of the time did to an answer says less than the answer before it.
      if (!whole.hasPassed()) last = problem;
      const goesOn = await sleep(BETWEEN_ATTEMPTS_MS, whole.signal).then(
        () => true,
        () => false,
      );
      signal.throwIfAborted();
      if (!goesOn) return { ...last, text: `${last.text}; asked for ${withinSeconds} s` };
    }
  });
}

async function attempt(
  { url, status }: HttpQuestion,
  milliseconds: number,
  parent: AbortSignal,
): Promise<SmokeProblem | undefined> {
  try {
    return await withDeadline(milliseconds, parent, async ({ signal }) => {
      const headers = { "user-agent": "lockstep-smoke", "cache-control": "no-cache", accept: "*/*" };
      const response = await fetch(url, { redirect: "manual", signal, headers });
      try {
        if (response.status === status) return undefined;
        const where = response.headers.get("location");
        const to = where === null ? "" : ` to ${toLines(where).join(" ")}`;
        return { text: `answered ${response.status}${to}, not ${status}`, log: await beginning(response) };
      } finally {
        // Without effect where the body has ended.
        await response.body?.cancel().catch(() => undefined);
      }
    });
  } catch (error) {
    return { text: `no answer: ${reasonOf(error)}`, log: [] };
  }
}

/** What is readable of the first bytes, however long the answer would go on. */
async function beginning(response: Response): Promise<readonly string[]> {
  if (
    response.body === null ||
    !/^(?:text\/|application\/(?:problem\+)?json)/.test(response.headers.get("content-type") ?? "")
  )
    return [];
  // The platform types the chunks of a body as `any`; the Fetch standard makes them bytes.
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let received = 0;
  try {
    while (received < MAX_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      received += value.byteLength;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
  return toLines(Buffer.concat(chunks).subarray(0, MAX_BYTES).toString("utf8"));
}

/** fetch() wraps what went wrong: the code (ECONNREFUSED, CERT_HAS_EXPIRED) is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return "unknown reason";
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

import { durationSchema } from "../../model/kubernetes-names.ts";
import { accepted, combine, refused, type Outcome } from "../../model/refusal.ts";
import { holdSchema } from "../../model/stack-file.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";

/** What is said of a hold on the command line. */
export interface HoldWords {
  readonly reason: string;
  readonly until?: string;
  readonly for?: string;
}

/** The reason and the end of a hold, as the file has them. */
export function readHoldWords(words: HoldWords, nowMs: number): Outcome<{ reason: string; until: string | undefined }> {
  return combine({ reason: readReason(words.reason), until: readEnd(words, nowMs) });
}

function readReason(text: string): Outcome<string> {
  const reason = text.trim();
  // What YAML does not take as it is would be refused when it is read back.
  if (reason !== "" && !/[\p{Cc}\p{Cf}\u2028\u2029\uFFFD]/u.test(reason)) return accepted(reason);
  return refused([
    {
      code: "no-reason",
      place: { path: "--reason" },
      found: reason === "" ? "no reason" : "a reason of several lines, or with control characters",
      expected: "why, in one line: whoever comes next decides by it",
      action: '--reason "waits for the fix of the login page"',
    },
  ]);
}

function readEnd({ until, for: length }: HoldWords, nowMs: number): Outcome<string | undefined> {
  if (until !== undefined && length !== undefined)
    return refuseEnd("two-ends", "--until, --for", "both", "one of the two, or neither");
  if (length !== undefined) {
    const seconds = durationSchema.safeParse(length);
    if (seconds.success) return accepted(renderSignedTime(nowMs + seconds.data * 1000));
    return refuseEnd("invalid-time", "--for", length, "a length of time such as 90m, 24h or 3d");
  }
  if (until === undefined) return accepted(undefined);
  if (!holdSchema.shape.until.safeParse(until).success)
    return refuseEnd("invalid-time", "--until", until, "a time such as 2026-11-20T10:11:12Z");
  if (Date.parse(until) <= nowMs) return refuseEnd("ended-already", "--until", until, "a time yet to come");
  return accepted(until);
}

function refuseEnd(code: string, path: string, found: string, expected: string): Outcome<never> {
  return refused([{ code, place: { path }, found, expected, action: "for example --for 3d" }]);
}

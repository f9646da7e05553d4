import assert from "node:assert/strict";
import type { ProcessResult } from "../../src/adapters/processes.ts";

/** Everything that a program said. */
export function textOf({ stdout, stderr }: ProcessResult): string {
  return `${stdout}\n${stderr}`;
}

/** Ended well; its words are part of the failure otherwise. */
export function succeeded(result: ProcessResult): string {
  assert.equal(result.exitCode, 0, textOf(result));
  return textOf(result);
}

/**
 * Ended with a refusal that has these parts, for people: no stack of ours and no secret of the sample platform in it.
 * @param exitCode @default anything but 0
 */
export function refused(result: ProcessResult, parts: readonly string[], exitCode?: number): string {
  const text = textOf(result);
  if (exitCode === undefined) assert.notEqual(result.exitCode, 0, text);
  else assert.equal(result.exitCode, exitCode, text);
  for (const part of parts) assert.ok(text.includes(part), `lacks ${JSON.stringify(part)}:\n${text}`);
  assert.doesNotMatch(text, /^\s+at .+:\d+:\d+/m);
  assertNoSampleSecret(text);
  return text;
}

/** The sample platform's secrets are URLs of these kinds. */
export function assertNoSampleSecret(text: string): void {
  assert.doesNotMatch(text, /(?:postgres|amqp):\/\//);
}

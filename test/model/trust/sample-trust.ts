import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Outcome, Refusal } from "../../../src/model/refusal.ts";
import { parseSshPublicKey, type SshPublicKey } from "../../../src/model/ssh-public-key.ts";

/** A well-formed key that nobody has the private half of: enough where nothing is verified. */
export function sampleKey(seed: string): SshPublicKey {
  const point = createHash("sha256").update(seed).digest();
  const parsed = parseSshPublicKey(`ssh-ed25519 ${wire("ssh-ed25519", point)}`);
  assert.ok(parsed.kind === "key");
  return parsed.key;
}

/** The base64 of SSH strings, one after the other. */
export function wire(...parts: readonly (string | Uint8Array)[]): string {
  const strings = parts.map((part) => {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return Buffer.concat(strings).toString("base64");
}

export function refusalsOf(outcome: Outcome<unknown>): readonly Refusal[] {
  return outcome.kind === "refused" ? outcome.refusals : [];
}

/** Without order and repetition. */
export function codesOf(outcome: Outcome<unknown>): string[] {
  return [...new Set(refusalsOf(outcome).map(({ code }) => code))].toSorted();
}

export function valueOf<T>(outcome: Outcome<T>): T {
  assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
  return outcome.value;
}

import { resolve } from "node:path";
import { accepted, combineAll, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { isPrincipal } from "../../model/trust/principal.ts";
import type { RootOwner } from "../../model/trust/root.ts";
import { readKey } from "../signing-key.ts";

/** Reads `principal=key.pub` as often as it was typed; files are relative to the working directory. */
export async function readOwners(
  option: string,
  typed: readonly string[] = [],
  signal: AbortSignal,
): Promise<Outcome<readonly RootOwner[]>> {
  return combineAll(await Promise.all(typed.map((text) => readOwner(option, text, signal))));
}

async function readOwner(option: string, text: string, signal: AbortSignal): Promise<Outcome<RootOwner>> {
  const [, principal = "", file = ""] = /^([^=]*)=(.+)$/.exec(text) ?? [];
  if (!isPrincipal(principal)) return refused([refuseForm(option, text)]);
  const read = await readKey(resolve(file), option, signal);
  return read.kind === "refused" ? read : accepted({ principal, key: read.value.key });
}

function refuseForm(option: string, text: string): Refusal {
  return {
    code: "invalid-owner",
    place: { path: option },
    found: text,
    expected: "<principal>=<public key file>, such as ben@example.com=ben.pub",
    action: "correct it",
  };
}

import { z } from "zod";

const EXPECTED = "an address such as https://portal.example.com, without user, query and fragment";

/** Where smoke checks go: scheme, host and, where it is not the usual one, port; a path in front of theirs is allowed. */
export const smokeUrlSchema = z
  .string({ error: EXPECTED })
  .max(500, { error: EXPECTED })
  .refine(isBase, { error: EXPECTED });

function isBase(text: string): boolean {
  // What URL would trim or repair is nobody's intention.
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(text) || /[?#\\]/.test(text) || !URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return hostname !== "" && username === "" && password === "" && !text.includes("@");
}

/** @param path begins with a slash */
export function smokeUrl(base: string, path: string): string {
  return `${base.replace(/\/+$/, "")}${path}`;
}

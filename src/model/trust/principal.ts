import { z } from "zod";

const PRINCIPAL = /^[A-Za-z0-9][A-Za-z0-9._+@-]{0,126}$/;
const EXPECTED = "a principal such as ann@example.com: letters, digits, `.`, `_`, `+`, `@`, `-`";

/**
 * A person or a deployer, as allowed_signers and roles.yaml name them. Nothing that ssh-keygen takes for a pattern, a
 * list or an option.
 */
export const principalSchema = z.string({ error: EXPECTED }).regex(PRINCIPAL, { error: EXPECTED });

/** For each principal the one before it that it differs from by case alone; undefined where there is none. */
export function otherSpellings(principals: readonly string[]): readonly (string | undefined)[] {
  const first = new Map<string, string>();
  return principals.map((principal) => {
    const key = principal.toLowerCase();
    const before = first.get(key) ?? principal;
    first.set(key, before);
    return before === principal ? undefined : before;
  });
}

/** What a file is refused with, beside the place and what was found there. */
export const TWO_SPELLINGS = {
  code: "two-spellings",
  expected: "every principal in one spelling: two that differ by case alone would count as two people",
  action: "write the name the same way everywhere",
};

export function isPrincipal(text: string): boolean {
  return PRINCIPAL.test(text);
}

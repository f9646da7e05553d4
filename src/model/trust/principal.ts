import { z } from "zod";

const PRINCIPAL = /^[A-Za-z0-9][A-Za-z0-9._+@-]{0,126}$/;
const EXPECTED = "a principal such as ann@example.com: letters, digits, `.`, `_`, `+`, `@`, `-`";

/**
 * A person or a deployer, as allowed_signers and roles.yaml name them. Nothing that ssh-keygen takes for a pattern, a
 * list or an option.
 */
export const principalSchema = z.string({ error: EXPECTED }).regex(PRINCIPAL, { error: EXPECTED });

export function isPrincipal(text: string): boolean {
  return PRINCIPAL.test(text);
}

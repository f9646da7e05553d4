import type { Outcome } from "../../model/refusal.ts";
import type { SignedStatement } from "../../model/statements/signed-statement.ts";
import type { Statement } from "../../model/statements/statement.ts";
import { readSigned } from "./verify-statement.ts";

/**
 * A statement with what lies beside it, as it is written: each signature is taken for good, and for one of whom the
 * document names. To show how things stand where thousands of them would have to be verified; never to let anything in.
 */
export function readUnverified(statement: Statement, root?: string): Promise<Outcome<SignedStatement>> {
  return readSigned(
    statement,
    // One key for each name.
    ({ principal }) => Promise.resolve({ kind: "valid", principal, fingerprint: `not verified: ${principal}` }),
    root,
  );
}

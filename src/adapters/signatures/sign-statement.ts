import { z } from "zod";
import { hexOf, type Digest } from "../../model/digest.ts";
import { readJson, refuse, type Judgement } from "./judgement.ts";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** What `cosign sign` states. Attestations state other things about an image; they do not sign it. */
const SIGN_PREDICATE_TYPE = "https://sigstore.dev/cosign/sign/v1";

const statementSchema = z.object({
  _type: z.string(),
  predicateType: z.string(),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })),
});

/** Why an in-toto statement, whose signature holds, is not cosign's signature of the subject; undefined where it is. */
export function judgeStatement(payload: Uint8Array, subject: Digest): Judgement | undefined {
  const json = readJson(payload, "the statement");
  if (json.kind === "refused") return json.judgement;
  const statement = statementSchema.safeParse(json.value);
  if (!statement.success) return refuse("malformed", `not an in-toto statement: ${z.prettifyError(statement.error)}`);
  const { _type, predicateType, subject: subjects } = statement.data;
  if (predicateType !== SIGN_PREDICATE_TYPE) {
    return refuse("predicate-type", `an attestation of ${predicateType}, not a signature`);
  }
  if (_type !== STATEMENT_TYPE) return refuse("statement-type", `a statement of type ${_type}`);
  if (!subjects.some(({ digest }) => digest["sha256"] === hexOf(subject))) {
    return refuse("other-digest", "a signature of something else");
  }
  return undefined;
}

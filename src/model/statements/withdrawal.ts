import { z } from "zod";
import { isDigest, type Digest } from "../digest.ts";
import { objectNameSchema } from "../kubernetes-names.ts";
import { principalSchema } from "../trust/principal.ts";
import { canonicalJson } from "./canonical-json.ts";
import { renderSignedTime, signedTimeSchema, textSchema } from "./signed-json.ts";

/** What somebody signs who takes back an approval of their own, or a statement. */
export interface Withdrawal {
  /** The file, for people. */
  readonly file: string;
  readonly project: string;
  readonly stage: string;
  /** What it is about, in both cases. */
  readonly statement: Digest;
  /** `approval`: what this person approved of it until then. `statement`: the statement itself, for good. */
  readonly withdraws: "approval" | "statement";
  /** The group in whose name it is given. */
  readonly role: string;
  readonly principal: string;
  readonly reason: string;
  readonly whenMs: number;
}

const TYPE = "urn:lockstep:withdrawal:v1";

export const withdrawalSchema = z.strictObject(
  {
    _type: z.literal(TYPE, { error: TYPE }),
    project: textSchema,
    stage: objectNameSchema,
    statement: z.string({ error: "a digest" }).refine(isDigest, { error: "a digest, sha256:<64 hex>" }),
    withdraws: z.enum(["approval", "statement"], { error: "approval or statement" }),
    role: objectNameSchema,
    principal: principalSchema,
    reason: textSchema,
    when: signedTimeSchema,
  },
  { error: "a withdrawal" },
);

export function toWithdrawal(text: z.output<typeof withdrawalSchema>, file: string): Withdrawal {
  const { project, stage, statement, withdraws, role, principal, reason, when } = text;
  return { file, project, stage, statement, withdraws, role, principal, reason, whenMs: Date.parse(when) };
}

/** The bytes that are signed, in the namespace of approvals. */
export function renderWithdrawal({ whenMs, ...withdrawal }: Omit<Withdrawal, "file">): string {
  const { project, stage, statement, withdraws, role, principal, reason } = withdrawal;
  return canonicalJson({
    ...{ _type: TYPE, project, stage, statement, withdraws, role, principal, reason },
    when: renderSignedTime(whenMs),
  });
}

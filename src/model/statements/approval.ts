import { z } from "zod";
import { isDigest, type Digest } from "../digest.ts";
import { objectNameSchema } from "../kubernetes-names.ts";
import { canonicalJson } from "./canonical-json.ts";
import { principalSchema } from "../trust/principal.ts";
import { renderSignedTime, signedTimeSchema, textSchema } from "./signed-json.ts";

/** What an approver signs. */
export interface Approval {
  /** The file, for people. */
  readonly file: string;
  readonly project: string;
  readonly stage: string;
  /** Of the statement. */
  readonly statement: Digest;
  /** The group in whose name it is given. */
  readonly role: string;
  readonly principal: string;
  readonly whenMs: number;
}

/** The namespace of its signature. */
export const APPROVAL_NAMESPACE = "approval@lockstep";
const TYPE = "urn:lockstep:approval:v1";

export const approvalSchema = z.strictObject(
  {
    _type: z.literal(TYPE, { error: TYPE }),
    project: textSchema,
    stage: objectNameSchema,
    statement: z.string({ error: "a digest" }).refine(isDigest, { error: "a digest, sha256:<64 hex>" }),
    role: objectNameSchema,
    principal: principalSchema,
    when: signedTimeSchema,
  },
  { error: "an approval" },
);

export function toApproval(text: z.output<typeof approvalSchema>, file: string): Approval {
  const { project, stage, statement, role, principal, when } = text;
  return { file, project, stage, statement, role, principal, whenMs: Date.parse(when) };
}

/** The bytes that are signed. */
export function renderApproval(approval: Omit<Approval, "file">): string {
  const { project, stage, statement, role, principal, whenMs } = approval;
  return canonicalJson({ _type: TYPE, project, stage, statement, role, principal, when: renderSignedTime(whenMs) });
}

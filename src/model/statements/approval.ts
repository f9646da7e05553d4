import type { Digest } from "../digest.ts";

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

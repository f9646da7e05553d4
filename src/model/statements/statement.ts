import type { Digest } from "../digest.ts";
import type { DesiredState } from "./desired-state.ts";

export type StatementKind = "promotion" | "change" | "hot-fix" | "rollback";

/** An image or a chart, as an in-toto subject. */
export interface Subject {
  /** `registry/repository`; with `oci://` before a chart's. */
  readonly name: string;
  readonly digest: Digest;
}

/** What a statement does to one application. */
export interface Transition {
  /** Undefined: it was not there. */
  readonly before: DesiredState | undefined;
  /** Undefined: it goes. */
  readonly after: DesiredState | undefined;
  /** The last statement about this application in this stage. */
  readonly previous: Digest | undefined;
}

/** A record that moves applications of one stage from one desired state to the next. */
export interface Statement {
  /** SHA-256 of the file's bytes, which are canonical JSON. */
  readonly digest: Digest;
  /** The file, for people. */
  readonly file: string;
  readonly kind: StatementKind;
  readonly project: string;
  readonly stage: string;
  /** The stage it was promoted from; `registry` where a hot-fix came from there; undefined for the other kinds. */
  readonly from: string | undefined;
  readonly reason: string;
  /** The promoter's principal. */
  readonly who: string;
  readonly whenMs: number;
  readonly subjects: readonly Subject[];
  readonly applications: ReadonlyMap<string, Transition>;
  /** For a rollback: the earlier statement whose `after` it restores. */
  readonly restores: Digest | undefined;
}

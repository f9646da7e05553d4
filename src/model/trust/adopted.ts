import type { Digest } from "../digest.ts";

/** A third-party image or chart that is accepted by its digest, without a signature. */
export interface Adoption {
  readonly kind: "image" | "chart";
  /** `registry/repository`, without tag and digest. */
  readonly name: string;
  readonly digest: Digest;
  readonly owner: string;
  readonly reason: string;
  /** Names of stages, or `*` alone for all. */
  readonly stages: readonly string[];
}

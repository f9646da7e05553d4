import type { Digest } from "../digest.ts";
import type { ImageKeys } from "../image-keys.ts";
import type { Refusal } from "../refusal.ts";
import type { Stages } from "../stages.ts";
import type { Adoption } from "./adopted.ts";
import type { AllowedSigners } from "./allowed-signers.ts";
import type { Anchor } from "./anchor.ts";
import type { Exemption } from "./exemptions.ts";
import type { Revocations } from "./revocations.ts";
import type { Roles } from "./roles.ts";

/** A signed root that the anchor leads to. */
export interface VerifiedRoot {
  readonly version: number;
  readonly digest: Digest;
}

/** Who and what counts: everything under trust/. */
export interface Trust {
  readonly stages: Stages;
  readonly roles: Roles;
  readonly allowedSigners: AllowedSigners;
  readonly imageKeys: ImageKeys;
  /** The text of trusted_root.json: what keyless signatures are verified against. Parsed where it is needed. */
  readonly trustedRoot: string | undefined;
  readonly adopted: readonly Adoption[];
  readonly revocations: Revocations;
  readonly exemptions: readonly Exemption[];
  /** What stands against single stages, by name: each of them is refused, the others are not. Judged with an anchor. */
  readonly stageRefusals: ReadonlyMap<string, readonly Refusal[]>;
  /** Undefined where no anchor is set: nothing of this may let anything into a gated stage then. */
  readonly root: VerifiedRoot | undefined;
  /** Where no anchor is set: the newest root that lies there, unverified, so that messages can name the line to set. */
  readonly newestRoot?: Anchor;
}

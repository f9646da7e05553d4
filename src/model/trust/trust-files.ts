/** The files of a trust folder that a root lists. */
export const REQUIRED_TRUST_FILES = [
  "stages.yaml",
  "roles.yaml",
  "allowed_signers",
  "image-keys.yaml",
  "adopted.yaml",
  "revoked.yaml",
  "exemptions.yaml",
] as const;
/** The sigstore trusted root that keyless identities are verified against. */
export const TRUSTED_ROOT_FILE = "trusted_root.json";
export const TRUST_FILES = [...REQUIRED_TRUST_FILES, TRUSTED_ROOT_FILE] as const;

export type TrustFileName = (typeof TRUST_FILES)[number];
/** The folder of the roots and their signatures. */
export const ROOT_FOLDER = "root";

/** A line of allowed_signers (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  readonly principal: string;
  /** As ssh-keygen prints it: `SHA256:` and base64 without padding. */
  readonly fingerprint: string;
}

/** People's and deployers' keys. The file's text is what ssh-keygen is given: it judges times and namespaces. */
export interface AllowedSigners {
  readonly text: string;
  readonly signers: readonly AllowedSigner[];
}

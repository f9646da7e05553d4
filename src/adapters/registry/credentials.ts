/** How to log in to a registry, as Docker's configuration and its helpers tell it. */
export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** Exchanged for an access token at the registry's token service (OAuth 2 refresh token). */
  | { readonly kind: "identity-token"; readonly identityToken: string }
  /** Sent as it is. */
  | { readonly kind: "registry-token"; readonly registryToken: string };

/** Asked only when a registry demands a log-in; undefined stands for anonymous. */
export type CredentialsProvider = (registry: string) => Promise<Credentials | undefined>;

export const anonymous: CredentialsProvider = () => Promise.resolve(undefined);

/** The configuration or a helper is there and does not work: never taken for "anonymous". */
export class CredentialsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CredentialsError";
  }
}

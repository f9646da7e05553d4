import { z } from "zod";
import { parseBoundedJson } from "../../model/bounded-json.ts";
import type { Challenge } from "./challenge.ts";
import { CredentialsError, type Credentials, type CredentialsProvider } from "./credentials.ts";
import { mayFollow, originOf } from "./origin.ts";
import { RegistryError } from "./registry-error.ts";

export interface Repository {
  readonly registry: string;
  readonly repository: string;
}

/** A request to a token service. */
export interface TokenRequest {
  readonly url: URL;
  readonly authorization?: string;
  /** Sent by POST as a form. */
  readonly form?: URLSearchParams;
  /** What messages name. */
  readonly reference: string;
}

export interface AuthenticationOptions {
  readonly credentials: CredentialsProvider;
  /** Sends one request under its own deadline and returns the body of its success. */
  readonly requestToken: (request: TokenRequest) => Promise<Uint8Array>;
  readonly now: () => number;
}

interface Token {
  readonly header: string;
  readonly expiresAt: number;
}

type BearerChallenge = Extract<Challenge, { kind: "bearer" }>;

const CLIENT_ID = "lockstep";
const MIN_TOKEN_LIFE_S = 60;
/** A token is not used in its last seconds: it would expire on the way. */
const MARGIN_MS = 10_000;

const tokenAnswerSchema = z
  .object({ token: z.string().optional(), access_token: z.string().optional(), expires_in: z.number().optional() })
  .transform(({ token, access_token, expires_in }) => ({ token: token || access_token, lifeSeconds: expires_in }));

/**
 * Log-in as the distribution project specifies it (distribution/docs, spec/auth/token and spec/auth/oauth):
 * nothing is sent before a registry asks; a token is asked for one repository and for reading alone.
 */
export class Authentication {
  readonly #options: AuthenticationOptions;
  readonly #tokens = new Map<string, Promise<Token>>();

  constructor(options: AuthenticationOptions) {
    this.#options = options;
  }

  /** The header that a repository took before; undefined where none is known or it has expired. */
  async known(repository: Repository): Promise<string | undefined> {
    const token = await this.#tokens.get(keyOf(repository))?.catch(() => undefined);
    return token !== undefined && token.expiresAt > this.#options.now() ? token.header : undefined;
  }

  /** The header that meets a challenge; undefined where there are no credentials to meet it with. */
  async meet(
    repository: Repository,
    challenge: Challenge,
    rejected: string | undefined,
    reference: string,
  ): Promise<string | undefined> {
    const pending = this.#tokens.get(keyOf(repository));
    const current = await pending?.catch(() => undefined);
    if (current !== undefined && current.header !== rejected && current.expiresAt > this.#options.now()) {
      return current.header;
    }
    // Another call may have begun to ask while this one waited.
    const begun = this.#tokens.get(keyOf(repository));
    if (begun !== undefined && begun !== pending) return (await begun).header;
    const credentials = this.#credentialsOf(repository.registry, reference);
    if (challenge.kind === "basic" && (await credentials) === undefined) return undefined;
    const token = this.#obtain(repository, challenge, credentials, reference);
    this.#tokens.set(keyOf(repository), token);
    return (await token).header;
  }

  async #credentialsOf(registry: string, reference: string): Promise<Credentials | undefined> {
    try {
      return await this.#options.credentials(registry);
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      throw new RegistryError("unauthorized", reference, error.message, { cause: error });
    }
  }

  async #obtain(
    repository: Repository,
    challenge: Challenge,
    pendingCredentials: Promise<Credentials | undefined>,
    reference: string,
  ): Promise<Token> {
    const credentials = await pendingCredentials;
    if (credentials?.kind === "registry-token") return lasting(`Bearer ${credentials.registryToken}`);
    if (challenge.kind === "bearer") return this.#askTokenService(repository, challenge, credentials, reference);
    if (credentials?.kind === "password") return lasting(basic(credentials.username, credentials.password));
    throw new RegistryError("unauthorized", reference, "the registry wants a name and a password");
  }

  async #askTokenService(
    { registry, repository }: Repository,
    challenge: BearerChallenge,
    credentials: Credentials | undefined,
    reference: string,
  ): Promise<Token> {
    const url = URL.parse(challenge.realm);
    if (url === null || !mayFollow(new URL(originOf(registry)), url)) {
      throw new RegistryError("unauthorized", reference, "the registry names a token service that is not safe to ask");
    }
    const parameters = { service: challenge.service ?? registry, scope: `repository:${repository}:pull` };
    const request =
      credentials?.kind === "identity-token"
        ? { url, form: refreshForm(parameters, credentials.identityToken), reference }
        : { url: withQuery(url, parameters), reference, ...authorizationOf(credentials) };
    const json = parseBoundedJson(await this.#options.requestToken(request));
    const answer = tokenAnswerSchema.safeParse(json.kind === "value" ? json.value : undefined);
    if (!answer.success || !answer.data.token || !isHeaderSafe(answer.data.token)) {
      throw new RegistryError("malformed", reference, `${url.host} answered without a token`);
    }
    const lifeMs = Math.max(MIN_TOKEN_LIFE_S, answer.data.lifeSeconds ?? 0) * 1000;
    return { header: `Bearer ${answer.data.token}`, expiresAt: this.#options.now() + lifeMs - MARGIN_MS };
  }
}

function keyOf({ registry, repository }: Repository): string {
  return `${registry}/${repository}`;
}

function lasting(header: string): Token {
  return { header, expiresAt: Infinity };
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function authorizationOf(credentials: Credentials | undefined): { authorization?: string } {
  return credentials?.kind === "password" ? { authorization: basic(credentials.username, credentials.password) } : {};
}

function withQuery(url: URL, parameters: Readonly<Record<string, string>>): URL {
  const asked = new URL(url);
  for (const [name, value] of Object.entries(parameters)) asked.searchParams.set(name, value);
  return asked;
}

function refreshForm(parameters: Readonly<Record<string, string>>, refreshToken: string): URLSearchParams {
  return new URLSearchParams({
    ...parameters,
    grant_type: "refresh_token",
    client_id: CLIENT_ID,
    refresh_token: refreshToken,
  });
}

/** RFC 6750's token characters, so that no answer can add a header. */
function isHeaderSafe(token: string): boolean {
  return /^[A-Za-z0-9._~+/=-]+$/.test(token);
}

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ProcessError, run, type ProcessFailureCode } from "../processes.ts";
import { CredentialsError, type Credentials, type CredentialsProvider } from "./credentials.ts";

const authSchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});

const configSchema = z.object({
  auths: z.record(z.string(), authSchema).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

const helperAnswerSchema = z.object({ Username: z.string(), Secret: z.string() });

type DockerConfig = z.output<typeof configSchema>;
type Auth = z.output<typeof authSchema>;

const DOCKER_HUB = "https://index.docker.io/v1/";
const DOCKER_HUB_NAMES = ["docker.io", "index.docker.io", "registry-1.docker.io"];
const HELPER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const HELPER_TIMEOUT_MS = 20_000;
/** What helpers print for "I have none": github.com/docker/docker-credential-helpers, credentials/error.go. */
const HELPER_HAS_NONE = "credentials not found in native keychain";
const TOKEN_USERNAME = "<token>";

/**
 * Credentials as `docker pull` finds them: `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`; in it the
 * registry's own helper, else the store of all credentials, else what the file itself holds.
 */
export function dockerCredentials(
  env: NodeJS.ProcessEnv = process.env,
  helperTimeoutMs = HELPER_TIMEOUT_MS,
): CredentialsProvider {
  const file = join(env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"), "config.json");
  let config: Promise<DockerConfig> | undefined;
  const found = new Map<string, Promise<Credentials | undefined>>();
  const find = async (registry: string): Promise<Credentials | undefined> => {
    const { auths = {}, credHelpers = {}, credsStore } = await (config ??= readConfig(file));
    const host = configKeyOf(registry);
    const helper = credHelpers[host] ?? credHelpers[registry] ?? credsStore;
    if (helper !== undefined && helper !== "") return askHelper(helper, host, { env, timeoutMs: helperTimeoutMs });
    const auth = auths[host] ?? Object.entries(auths).find(([key]) => hostOf(key) === hostOf(host))?.[1];
    return auth === undefined ? undefined : fromAuth(auth, file);
  };
  return (registry) => {
    const known = found.get(registry) ?? find(registry);
    found.set(registry, known);
    // A failure is not remembered: the next call may be made after the user has mended it.
    known.catch(() => found.delete(registry));
    return known;
  };
}

async function readConfig(file: string): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new CredentialsError(`${file} cannot be read`, { cause: error });
  }
  try {
    return configSchema.parse(JSON.parse(text));
  } catch {
    // Without the cause: a JSON error quotes the text, which holds passwords.
    throw new CredentialsError(`${file} is not a Docker configuration`);
  }
}

function configKeyOf(registry: string): string {
  return DOCKER_HUB_NAMES.includes(registry) ? DOCKER_HUB : registry;
}

/** Keys of `auths` are hosts, or addresses that older clients wrote. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, "").split("/", 1)[0] ?? key;
}

function fromAuth(auth: Auth, file: string): Credentials | undefined {
  if (auth.identitytoken) return { kind: "identity-token", identityToken: auth.identitytoken };
  if (auth.registrytoken) return { kind: "registry-token", registryToken: auth.registrytoken };
  if (!auth.auth) {
    if (!auth.username) return undefined;
    return { kind: "password", username: auth.username, password: auth.password ?? "" };
  }
  const text = Buffer.from(auth.auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) throw new CredentialsError(`${file} has an \`auth\` that is not base64 of name:password`);
  // Docker pads the password with NUL bytes in some old files (cli/config/configfile, decodeAuth).
  return { kind: "password", username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
}

interface HelperOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

async function askHelper(helper: string, host: string, options: HelperOptions): Promise<Credentials | undefined> {
  if (!HELPER_NAME.test(helper)) throw new CredentialsError(`${JSON.stringify(helper)} is not a helper's name`);
  const program = `docker-credential-${helper}`;
  const stdout = await runHelper(program, host, options);
  if (stdout === undefined) return undefined;
  let answer: z.output<typeof helperAnswerSchema>;
  try {
    answer = helperAnswerSchema.parse(JSON.parse(stdout));
  } catch {
    throw new CredentialsError(`${program} answered something else than credentials`);
  }
  if (answer.Username === TOKEN_USERNAME) return { kind: "identity-token", identityToken: answer.Secret };
  if (answer.Username === "" && answer.Secret === "") return undefined;
  return { kind: "password", username: answer.Username, password: answer.Secret };
}

async function runHelper(
  program: string,
  host: string,
  { env, timeoutMs }: HelperOptions,
): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ["get"], { input: host, timeoutMs, env: definedOf(env) });
    return stdout;
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    if (`${error.stdout}${error.stderr}`.includes(HELPER_HAS_NONE)) return undefined;
    // Without the cause: a helper's output may hold secrets.
    throw new CredentialsError(`${program} ${HELPER_FAILURES[error.code]}`);
  }
}

const HELPER_FAILURES: Readonly<Record<ProcessFailureCode, string>> = {
  "not-found": "is not on the PATH",
  "timed-out": "gave no answer in time",
  cancelled: "was cancelled",
  failed: "failed",
};

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

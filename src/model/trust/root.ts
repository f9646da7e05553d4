import { z } from "zod";
import { digestOf, type Digest } from "../digest.ts";
import { parseLeniently } from "../lenient-parse.ts";
import { accepted, refused, type Outcome, type Place, type Refusal } from "../refusal.ts";
import { parseSshPublicKey, type SshPublicKey } from "../ssh-public-key.ts";
import { canonicalJson } from "../statements/canonical-json.ts";
import { type KeyPath, renderKeyPath } from "../yaml-source.ts";
import { principalSchema } from "./principal.ts";
import { TRUST_FILES } from "./trust-files.ts";

/** What owners sign with ssh-keygen -n. */
export const ROOT_NAMESPACE = "root@lockstep";
export const ROOT_TYPE = "urn:lockstep:root:v1";
/** A root of a thousand rules stays below. */
export const MAX_ROOT_BYTES = 256 * 1024;
const MAX_VERSION = 999_999;
const MAX_OWNERS = 100;

/** Who may change the trust. */
export interface RootOwner {
  readonly principal: string;
  readonly key: SshPublicKey;
}

/** The signed list of the files under trust/ and policy/, and of Pulumi.yaml. Hashes are SHA-256, hexadecimal. */
export interface Root {
  readonly version: number;
  readonly files: ReadonlyMap<string, string>;
  /** By path from the project's folder, with slashes: the policy pack, and what says which program and plugins run. */
  readonly rules: ReadonlyMap<string, string>;
  readonly owners: readonly RootOwner[];
  readonly threshold: number;
}

/** A root as it was read: the digest is of the very bytes that were parsed. */
export interface ReadRoot {
  readonly root: Root;
  readonly digest: Digest;
}

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, { error: "a SHA-256: 64 lower-case hexadecimal digits" });
/** The engine takes the program and its plugins from it. */
export const PROJECT_FILE = "Pulumi.yaml";
const RULE_PATH = /^policy(\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]{1,100}){1,8}$/;
const rulePathSchema = z.string().refine(isRulePath, { error: `the path of a file under policy/, or ${PROJECT_FILE}` });
const VERSION = `a number from 1 to ${MAX_VERSION}`;
const THRESHOLD = `a number of owners from 1 to ${MAX_OWNERS}`;

const rootSchema = z.strictObject(
  {
    _type: z.literal(ROOT_TYPE, { error: ROOT_TYPE }),
    version: z.int({ error: VERSION }).min(1, { error: VERSION }).max(MAX_VERSION, { error: VERSION }),
    files: z.partialRecord(z.enum(TRUST_FILES, { error: `one of ${TRUST_FILES.join(", ")}` }), hashSchema, {
      error: "the files of trust/ with their SHA-256",
    }),
    rules: z.record(rulePathSchema, hashSchema, {
      error: `the files of policy/ and ${PROJECT_FILE} with their SHA-256`,
    }),
    owners: z
      .array(
        z.strictObject(
          { principal: principalSchema, key: z.string({ error: "an SSH public key" }) },
          { error: "an owner: { principal, key }" },
        ),
        { error: "a list of owners" },
      )
      .min(1, { error: "at least one owner" })
      .max(MAX_OWNERS, { error: `at most ${MAX_OWNERS} owners` }),
    threshold: z.int({ error: THRESHOLD }).min(1, { error: THRESHOLD }).max(MAX_OWNERS, { error: THRESHOLD }),
  },
  { error: "a root: { _type, version, files, rules, owners, threshold }" },
);

/** Whether a root can list a file beside those of trust/. */
export function isRulePath(path: string): boolean {
  return path === PROJECT_FILE || RULE_PATH.test(path);
}

/** Reads root/<n>.json: exactly what `renderRoot` writes, and nothing else. */
export function parseRoot(file: string, bytes: Uint8Array): Outcome<ReadRoot> {
  if (bytes.length > MAX_ROOT_BYTES) return refused([malformed(file, `${bytes.length} bytes`)]);
  const json = parseJson(bytes);
  if (json === undefined) return refused([malformed(file, "text that is not JSON")]);
  const positions = { placeOf: (path: KeyPath) => place(file, path), placeOfKey: (path: KeyPath) => place(file, path) };
  const { value, refusals } = parseLeniently(rootSchema, json.value, positions, []);
  if (value === undefined || refusals.length > 0) return refused(refusals);
  const owners = value.owners.map(({ principal, key }, index) => parseOwner(file, index, principal, key));
  const reasons = owners.flatMap((owner) => ("code" in owner ? [owner] : []));
  const parsed = owners.flatMap((owner) => ("code" in owner ? [] : [owner]));
  reasons.push(...refuseTwice(file, parsed));
  if (value.threshold > new Set(value.owners.map(({ principal }) => principal)).size) {
    reasons.push(refuseThreshold(file, value.threshold));
  }
  if (reasons.length > 0) return refused(reasons);
  const root = {
    version: value.version,
    files: new Map(Object.entries(value.files)),
    rules: new Map(Object.entries(value.rules)),
    owners: parsed,
    threshold: value.threshold,
  };
  if (renderRoot(root) !== json.text) return refused([malformed(file, "JSON that is not in canonical form")]);
  return accepted({ root, digest: digestOf(bytes) });
}

/** RFC 8785, without newline: the bytes that owners sign. */
export function renderRoot({ version, files, rules, owners, threshold }: Root): string {
  return canonicalJson({
    _type: ROOT_TYPE,
    version,
    files: Object.fromEntries(files),
    rules: Object.fromEntries(rules),
    owners: owners.map(({ principal, key }) => ({ principal, key: key.text })),
    threshold,
  });
}

function parseJson(bytes: Uint8Array): { readonly text: string; readonly value: unknown } | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function parseOwner(file: string, index: number, principal: string, text: string): RootOwner | Refusal {
  const parsed = parseSshPublicKey(text);
  if (parsed.kind === "key") return { principal, key: parsed.key };
  return {
    code: parsed.problem,
    place: place(file, ["owners", index, "key"]),
    found: "text that is not an SSH public key that counts",
    expected: "a key such as ssh-ed25519 AAAA…, without comment; RSA with at least 2048 bits",
    action: "npm run trust -- edit",
  };
}

/** A person with two keys is one owner, listed once; a key is one person's. */
function refuseTwice(file: string, owners: readonly RootOwner[]): Refusal[] {
  const values = [
    owners.map(({ principal }) => ({ field: "principal", value: principal })),
    owners.map(({ key }) => ({ field: "key", value: key.fingerprint })),
  ];
  return values.flatMap((list) =>
    list.flatMap(({ field, value }, index) =>
      list.findIndex((other) => other.value === value) === index
        ? []
        : [
            {
              code: "duplicate-owner",
              place: place(file, ["owners", index, field]),
              found: `${value}, a second time`,
              expected: "every owner once, each with one key that no other owner has",
              action: "npm run trust -- edit",
            },
          ],
    ),
  );
}

function refuseThreshold(file: string, threshold: number): Refusal {
  return {
    code: "threshold-too-high",
    place: place(file, ["threshold"]),
    found: `${threshold}, more than there are owners`,
    expected: "a number of signatures that the owners can give",
    action: "npm run trust -- edit",
  };
}

function malformed(file: string, found: string): Refusal {
  return {
    code: "malformed-root",
    place: { file },
    found,
    expected: `a root in canonical JSON (RFC 8785) of at most ${MAX_ROOT_BYTES} bytes`,
    action: "git checkout this file: roots are written by npm run trust, and never edited",
  };
}

function place(file: string, path: KeyPath): Place {
  return { file, path: renderKeyPath(path) };
}

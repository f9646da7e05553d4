import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { objectNameSchema } from "./kubernetes-names.ts";
import { parseLeniently } from "./lenient-parse.ts";
import { fingerprintOf, MAX_RSA_BITS, MIN_RSA_BITS, parsePublicKey, type PublicKeyProblem } from "./public-key.ts";
import { accepted, refused, type Outcome, type Refusal } from "./refusal.ts";
import { isRepositoryPattern, matchesRepository } from "./repository-pattern.ts";
import type { YamlSource } from "./yaml-source.ts";

/** A public key that counts for signatures of images and charts: for some stages, in some repositories. */
export interface ImageKey {
  /** Unique in the file; what messages call the key. */
  readonly name: string;
  readonly publicKey: KeyObject;
  /** SHA-256 of the DER SubjectPublicKeyInfo, hexadecimal. */
  readonly fingerprint: string;
  /** Names of stages, or `*` alone for all. */
  readonly stages: readonly string[];
  /** Patterns over `registry/repository` (repository-pattern.ts). */
  readonly repositories: readonly string[];
}

const EVERY_STAGE = "*";
const STAGES = 'names of stages, or ["*"] alone for all of them';
const PATTERN =
  "registry/path, the registry written out; in the path `*` stands for anything within a part, `**` for one or more parts";

const imageKeySchema = z.strictObject(
  {
    name: z.string({ error: "a name" }).regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/, {
      error: "a name of lower-case letters, digits, `.`, `_` and `-`",
    }),
    publicKey: z.string({ error: "a public key in PEM" }),
    stages: z.union([z.tuple([z.literal(EVERY_STAGE)]), z.array(objectNameSchema).min(1)], { error: STAGES }),
    repositories: z
      .array(z.string({ error: PATTERN }).refine(isRepositoryPattern, { error: PATTERN }), {
        error: "a list of patterns",
      })
      .min(1, { error: "at least one pattern" }),
  },
  { error: "a key: { name, publicKey, stages, repositories }" },
);

/** The shape of trust/image-keys.yaml. Keyless identities will stand beside `keys`. */
export const imageKeysSchema = z.strictObject(
  { keys: z.array(imageKeySchema, { error: "a list of keys" }) },
  { error: "keys: a list of keys" },
);

/** Parses image-keys.yaml; every problem is reported, and no key is ever quoted: it may be a private one. */
export function parseImageKeys(source: YamlSource): Outcome<readonly ImageKey[]> {
  const { value, refusals } = parseLeniently(imageKeysSchema, source.tree, source, []);
  // Indices are the file's only where nothing was left out.
  if (value === undefined || refusals.length > 0) return refused(refusals);
  const parsed = value.keys.map(({ publicKey, ...rest }, index) => ({ rest, index, read: parsePublicKey(publicKey) }));
  const reasons = [
    ...parsed.flatMap(({ index, read }) => (read.kind === "key" ? [] : [refuseKey(source, index, read.problem)])),
    ...refuseDuplicates(
      source,
      value.keys.map(({ name }) => name),
    ),
  ];
  if (reasons.length > 0) return refused(reasons);
  return accepted(
    parsed.flatMap(({ rest, read }) =>
      read.kind === "key" ? [{ ...rest, publicKey: read.key, fingerprint: fingerprintOf(read.key) }] : [],
    ),
  );
}

/** The keys that count for a stage and for a repository, `registry/repository` without tag and digest. */
export function keysFor(keys: readonly ImageKey[], stage: string, repositoryName: string): readonly ImageKey[] {
  return keys.filter(
    ({ stages, repositories }) =>
      (stages.includes(EVERY_STAGE) || stages.includes(stage)) &&
      repositories.some((pattern) => matchesRepository(pattern, repositoryName)),
  );
}

const KEY_PROBLEMS: Readonly<Record<PublicKeyProblem, Pick<Refusal, "found" | "expected" | "action">>> = {
  "private-key": {
    found: "a private key",
    expected: "a public key",
    action: "remove it, write the public key (cosign.pub) here, and replace the key pair if this file was ever shared",
  },
  "not-a-public-key": {
    found: "text that is not one public key in PEM",
    expected: "one block -----BEGIN PUBLIC KEY-----, as in cosign.pub",
    action: "cosign public-key --key <your key>",
  },
  "unsupported-key": {
    found: "a key of another kind",
    expected: "ECDSA on P-256, P-384 or P-521, or RSA; cosign cannot write bundles with other kinds",
    action: "cosign generate-key-pair",
  },
  "weak-key": {
    found: "an RSA key of another size",
    expected: `an RSA key of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`,
    action: "cosign generate-key-pair",
  },
};

function refuseKey(source: YamlSource, index: number, problem: PublicKeyProblem): Refusal {
  return { code: problem, place: source.placeOf(["keys", index, "publicKey"]), ...KEY_PROBLEMS[problem] };
}

function refuseDuplicates(source: YamlSource, names: readonly string[]): Refusal[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            code: "duplicate-key-name",
            place: source.placeOf(["keys", index, "name"]),
            found: `${name}, a second time`,
            expected: "a name that no other key has",
            action: "rename one of the keys",
          },
        ],
  );
}

import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { identityShape, type IdentitySubject } from "./image-identities.ts";
import { objectNameSchema } from "./kubernetes-names.ts";
import { parseLeniently } from "./lenient-parse.ts";
import { fingerprintOf, MAX_RSA_BITS, MIN_RSA_BITS, parsePublicKey, type PublicKeyProblem } from "./public-key.ts";
import { accepted, combine, combineAll, refused, type Outcome, type Refusal } from "./refusal.ts";
import { isRepositoryPattern } from "./repository-pattern.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Where the signatures of a signer count. */
interface Reach {
  /** Unique in the file; what messages call the signer. */
  readonly name: string;
  /** Names of stages, or `*` alone for all. */
  readonly stages: readonly string[];
  /** Patterns over `registry/repository` (repository-pattern.ts). */
  readonly repositories: readonly string[];
}

/** A public key that counts for signatures of images and charts: for some stages, in some repositories. */
export interface ImageKey extends Reach {
  readonly publicKey: KeyObject;
  /** SHA-256 of the DER SubjectPublicKeyInfo, hexadecimal. */
  readonly fingerprint: string;
}

/** An identity that counts where a certificate names it that trust/trusted_root.json leads to. */
export interface ImageIdentity extends Reach {
  /** The issuer of the identity token. */
  readonly issuer: string;
  readonly subject: IdentitySubject;
}

/** All of image-keys.yaml. */
export interface ImageKeys {
  readonly keys: readonly ImageKey[];
  readonly identities: readonly ImageIdentity[];
}

export const NO_IMAGE_KEYS: ImageKeys = { keys: [], identities: [] };

const EVERY_STAGE = "*";
const STAGES = 'names of stages, or ["*"] alone for all of them';
const PATTERN =
  "registry/path, the registry written out; in the path `*` stands for anything within a part, `**` for one or more parts";

const reachShape = {
  name: z.string({ error: "a name" }).regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/, {
    error: "a name of lower-case letters, digits, `.`, `_` and `-`",
  }),
  stages: z.union([z.tuple([z.literal(EVERY_STAGE)]), z.array(objectNameSchema).min(1)], { error: STAGES }),
  repositories: z
    .array(z.string({ error: PATTERN }).refine(isRepositoryPattern, { error: PATTERN }), {
      error: "a list of patterns",
    })
    .min(1, { error: "at least one pattern" }),
};

const imageKeySchema = z.strictObject(
  { ...reachShape, publicKey: z.string({ error: "a public key in PEM" }) },
  { error: "a key: { name, publicKey, stages, repositories }" },
);

const imageIdentitySchema = z.strictObject(
  { ...reachShape, ...identityShape },
  { error: "an identity: { name, issuer, subject or subjectPattern, stages, repositories }" },
);

/** The shape of trust/image-keys.yaml. */
export const imageKeysSchema = z.strictObject(
  {
    keys: z.array(imageKeySchema, { error: "a list of keys" }).optional(),
    identities: z.array(imageIdentitySchema, { error: "a list of identities" }).optional(),
  },
  { error: "keys: a list of keys; identities: a list of identities" },
);

type Entries = z.output<typeof imageKeysSchema>;
type Entry<Name extends keyof Entries> = NonNullable<Entries[Name]>[number];

/** Parses image-keys.yaml; every problem is reported, and no key is ever quoted: it may be a private one. */
export function parseImageKeys(source: YamlSource): Outcome<ImageKeys> {
  const { value, refusals } = parseLeniently(imageKeysSchema, source.tree, source, []);
  // Indices are the file's only where nothing was left out.
  if (value === undefined || refusals.length > 0) return refused(refusals);
  if (value.keys === undefined && value.identities === undefined) return refused([refuseNeither(source)]);
  const { keys = [], identities = [] } = value;
  const duplicates = refuseDuplicates(source, [...named("keys", keys), ...named("identities", identities)]);
  const read = combine({
    keys: combineAll(keys.map((entry, index) => toKey(source, entry, index))),
    identities: combineAll(identities.map((entry, index) => toIdentity(source, entry, index))),
  });
  if (read.kind === "refused") return refused([...read.refusals, ...duplicates]);
  return duplicates.length > 0 ? refused(duplicates) : read;
}

function toKey(source: YamlSource, { publicKey, ...rest }: Entry<"keys">, index: number): Outcome<ImageKey> {
  const read = parsePublicKey(publicKey);
  if (read.kind === "problem") return refused([refuseKey(source, index, read.problem)]);
  return accepted({ ...rest, publicKey: read.key, fingerprint: fingerprintOf(read.key) });
}

function toIdentity(
  source: YamlSource,
  { subject, subjectPattern, ...rest }: Entry<"identities">,
  index: number,
): Outcome<ImageIdentity> {
  if (subject !== undefined && subjectPattern === undefined)
    return accepted({ ...rest, subject: { kind: "exact", subject } });
  if (subject === undefined && subjectPattern !== undefined)
    return accepted({ ...rest, subject: { kind: "pattern", pattern: subjectPattern } });
  return refused([
    {
      code: "one-subject",
      place: source.placeOf(["identities", index]),
      found: subject === undefined ? "neither subject nor subjectPattern" : "both subject and subjectPattern",
      expected: "one of them",
      action: "write the subject that `cosign verify --certificate-identity` takes",
    },
  ]);
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

function refuseNeither(source: YamlSource): Refusal {
  return {
    code: "missing-key",
    place: source.placeOf([]),
    found: "neither keys nor identities",
    expected: "at least one of the lists, be it empty",
    action: "add keys",
  };
}

interface Named {
  readonly list: keyof ImageKeys;
  readonly index: number;
  readonly name: string;
}

function named(list: keyof ImageKeys, entries: readonly { readonly name: string }[]): readonly Named[] {
  return entries.map(({ name }, index) => ({ list, index, name }));
}

function refuseDuplicates(source: YamlSource, signers: readonly Named[]): Refusal[] {
  const names = signers.map(({ name }) => name);
  return signers.flatMap(({ list, index, name }, position) =>
    names.indexOf(name) === position
      ? []
      : [
          {
            code: "duplicate-key-name",
            place: source.placeOf([list, index, "name"]),
            found: `${name}, a second time`,
            expected: "a name that no other key or identity has",
            action: "rename one of them",
          },
        ],
  );
}

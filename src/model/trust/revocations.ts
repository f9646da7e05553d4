import { z } from "zod";
import { isDigest, type Digest } from "../digest.ts";
import { parseLeniently } from "../lenient-parse.ts";
import { accepted, refused, type Outcome, type Refusal } from "../refusal.ts";
import type { YamlSource } from "../yaml-source.ts";
import { reasonSchema } from "./entry-fields.ts";
import { timeSchema } from "./entry-fields.ts";

/** `left`: what the key signed before `sinceMs` stands. `compromised`: nothing stands. */
export interface RevokedKey {
  readonly fingerprint: string;
  readonly kind: "left" | "compromised";
  readonly sinceMs: number;
  readonly reason: string;
}

/** An image, a chart or a statement that no longer counts. */
export interface RevokedDigest {
  readonly digest: Digest;
  readonly reason: string;
}

export interface Revocations {
  /** SSH keys by their ssh-keygen fingerprint; image keys by the SHA-256 of their SubjectPublicKeyInfo, hexadecimal. */
  readonly keys: readonly RevokedKey[];
  /** Images and charts. */
  readonly digests: readonly RevokedDigest[];
  readonly statements: readonly RevokedDigest[];
}

const FINGERPRINT = "an SSH key as ssh-keygen -l prints it, SHA256:…, or an image key's SHA-256: 64 hexadecimal digits";
const KIND = "left (what was signed before stands) or compromised (nothing stands)";
const DIGEST = "sha256:<64 hex>";
const MAX_ENTRIES = 10_000;

const keySchema = z
  .strictObject(
    {
      // 32 bytes in base64 without padding: the last digit has two bits to spare, which are zero.
      key: z.string({ error: FINGERPRINT }).regex(/^(SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]|[0-9a-f]{64})$/, {
        error: FINGERPRINT,
      }),
      kind: z.enum(["left", "compromised"], { error: KIND }),
      since: timeSchema,
      reason: reasonSchema,
    },
    { error: "a key: { key, kind, since, reason }" },
  )
  .transform(({ key, kind, since, reason }): RevokedKey => ({ fingerprint: key, kind, sinceMs: since, reason }));

const digestSchema = z.strictObject(
  {
    digest: z.custom<Digest>((value) => typeof value === "string" && isDigest(value), { error: DIGEST }),
    reason: reasonSchema,
  },
  { error: "an entry: { digest, reason }" },
);

function listOf<Entry extends z.ZodType>(schema: Entry) {
  return z
    .array(schema, { error: "a list" })
    .max(MAX_ENTRIES, { error: `at most ${MAX_ENTRIES} entries` })
    .default([]);
}

const revocationsSchema = z.strictObject(
  { keys: listOf(keySchema), digests: listOf(digestSchema), statements: listOf(digestSchema) },
  { error: "{ keys, digests, statements }: lists" },
);

/** Parses revoked.yaml. */
export function parseRevocations(source: YamlSource): Outcome<Revocations> {
  const { value, refusals } = parseLeniently(revocationsSchema, source.tree, source, []);
  // Never what is left of it: an entry that cannot be read must not be an entry that does not count.
  if (value === undefined || refusals.length > 0) return refused(refusals);
  const reasons = [
    ...refuseDuplicates(
      source,
      "keys",
      value.keys.map(({ fingerprint }) => fingerprint),
    ),
    ...refuseDuplicates(
      source,
      "digests",
      value.digests.map(({ digest }) => digest),
    ),
    ...refuseDuplicates(
      source,
      "statements",
      value.statements.map(({ digest }) => digest),
    ),
  ];
  return reasons.length > 0 ? refused(reasons) : accepted(value);
}

function refuseDuplicates(source: YamlSource, list: keyof Revocations, names: readonly string[]): Refusal[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        code: "duplicate-revocation",
        place: source.placeOf([list, index]),
        found: `${name}, a second time`,
        expected: "every entry once: two could say different things",
        action: "remove one of them",
      },
    ];
  });
}

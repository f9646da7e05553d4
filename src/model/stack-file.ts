import { z } from "zod";
import { isDigest } from "./digest.ts";
import { isCiphertext, isRecord } from "./json.ts";
import { objectNameSchema } from "./kubernetes-names.ts";
import { parseLeniently, renderValue } from "./lenient-parse.ts";
import { didYouMean, nearestName } from "./nearest.ts";
import { pinSchema, type Pin } from "./pin.ts";
import type { Refusal } from "./refusal.ts";
import { settingsSchema, type Settings } from "./settings.ts";
import { clusterSchema, namespaceSchema, type NamespaceSettings, type StageCluster } from "./stage-cluster.ts";
import type { KeyPath, YamlSource } from "./yaml-source.ts";

const HELD_IMAGE = "the digest of an image, sha256:<64 hex>, or a list of them";
const heldImageSchema = z.string({ error: HELD_IMAGE }).refine(isDigest, { error: HELD_IMAGE });

export const holdSchema = z.strictObject(
  {
    reason: z.string({ error: "the reason, as text" }).min(1, { error: "the reason, as text" }),
    by: z.string({ error: "who holds it" }).optional(),
    until: z.iso.datetime({ offset: true, error: "a time such as 2026-11-20T10:11:12Z" }).optional(),
    image: z
      .union([heldImageSchema, z.array(heldImageSchema).min(1)], { error: HELD_IMAGE })
      .optional()
      .meta({ description: "Holds these versions alone. Default: every version" }),
  },
  { error: "{ reason, by, until, image }" },
);

export type Hold = z.output<typeof holdSchema>;

/** In place of an application's name, and only among the holds: the whole stage. */
export const WHOLE_STAGE = "*";

const HOLDS_KEY = "lockstep:holds";
const levelSchema = z.int({ error: "a whole number from 0" }).min(0, { error: "a whole number from 0" });

/** The sections of a stack file that are ours; each is a mapping, most of them by application. */
const sectionSchemas = {
  "lockstep:pins": pinSchema,
  "lockstep:settings": settingsSchema,
  "lockstep:schemaLevels": levelSchema,
  [HOLDS_KEY]: holdSchema,
  "lockstep:namespaces": namespaceSchema,
} as const;
const CLUSTER_KEY = "lockstep:cluster";
const CONFIG_KEYS = [...Object.keys(sectionSchemas), CLUSTER_KEY];
const TOP_KEYS = ["config", "encryptionsalt", "secretsprovider", "encryptedkey"];

/** A stack file as far as it could be read. Maps keep the order of the file. */
export interface StackFile {
  readonly pins: ReadonlyMap<string, Pin>;
  readonly settings: ReadonlyMap<string, Settings>;
  readonly schemaLevels: ReadonlyMap<string, number>;
  /** By application, and under WHOLE_STAGE. */
  readonly holds: ReadonlyMap<string, Hold>;
  readonly namespaces: ReadonlyMap<string, NamespaceSettings>;
  readonly cluster: StageCluster | undefined;
  /** What is written under a path of `config`, well-formed or not: tells "missing" from "wrong". */
  written(path: KeyPath): boolean;
}

export interface StackFileParse {
  readonly stackFile: StackFile;
  readonly refusals: readonly Refusal[];
}

type Positions = Pick<YamlSource, "placeOf" | "placeOfKey">;

/** The file's name for people and for the engine. */
export function stackFileName(stage: string): string {
  return `Pulumi.${stage}.yaml`;
}

/** Parses the whole file. */
export function parseStackFile(source: YamlSource): StackFileParse {
  const { tree } = source;
  if (!isRecord(tree)) {
    return { stackFile: emptyStackFile(), refusals: [notAMapping(source, [], tree)] };
  }
  const unknown = Object.keys(tree)
    .filter((key) => !TOP_KEYS.includes(key))
    .map((key) => unknownKey(source, [key], key, TOP_KEYS));
  const parsed = parseStackConfig(tree["config"], source);
  return { stackFile: parsed.stackFile, refusals: [...unknown, ...parsed.refusals] };
}

/**
 * Parses what stands under `config`, wherever it came from: the file, or the engine.
 * @param positions where the file has these values
 */
export function parseStackConfig(config: unknown, positions: Positions): StackFileParse {
  if (config !== undefined && config !== null && !isRecord(config)) {
    return { stackFile: emptyStackFile(), refusals: [notAMapping(positions, ["config"], config)] };
  }
  const reader = new SectionReader(config ?? {}, positions);
  const stackFile: StackFile = {
    pins: reader.section("lockstep:pins"),
    settings: reader.section("lockstep:settings"),
    schemaLevels: reader.section("lockstep:schemaLevels"),
    holds: reader.section(HOLDS_KEY),
    namespaces: reader.section("lockstep:namespaces"),
    cluster: reader.cluster(),
    written: (path) => isWritten(config, path),
  };
  return { stackFile, refusals: [...reader.unknownKeys(), ...reader.refusals] };
}

/** For the editor's JSON Schema. */
export function stackFileSchema(): z.ZodType {
  const sections = Object.fromEntries(
    Object.entries(sectionSchemas).map(([key, schema]) => [key, z.record(z.string(), schema as z.ZodType).optional()]),
  );
  const holds = z.record(z.string(), holdSchema).meta({ description: `By application; "${WHOLE_STAGE}": the stage` });
  return z.strictObject({
    config: z
      .looseObject({ ...sections, [HOLDS_KEY]: holds.optional(), [CLUSTER_KEY]: clusterSchema.optional() })
      .optional(),
    encryptionsalt: z.string().optional(),
    secretsprovider: z.string().optional(),
    encryptedkey: z.string().optional(),
  });
}

class SectionReader {
  readonly refusals: Refusal[] = [];
  private readonly config: Readonly<Record<string, unknown>>;
  private readonly positions: Positions;

  constructor(config: Readonly<Record<string, unknown>>, positions: Positions) {
    this.config = config;
    this.positions = positions;
  }

  section<Key extends keyof typeof sectionSchemas>(
    key: Key,
  ): ReadonlyMap<string, z.output<(typeof sectionSchemas)[Key]>> {
    const entries = new Map<string, z.output<(typeof sectionSchemas)[Key]>>();
    const written = this.config[key];
    if (written === undefined || written === null) return entries;
    const path = ["config", key];
    if (isCiphertext(written)) {
      this.refusals.push(encryptedSection(this.positions, path));
      return entries;
    }
    if (!isRecord(written)) {
      this.refusals.push(notAMapping(this.positions, path, written));
      return entries;
    }
    for (const [name, part] of Object.entries(written)) {
      if (key !== HOLDS_KEY || name !== WHOLE_STAGE) this.refusals.push(...this.badName([...path, name], name));
      const { value, refusals } = parseLeniently(sectionSchemas[key], part, this.positions, [...path, name]);
      this.refusals.push(...refusals);
      if (value !== undefined) entries.set(name, value as z.output<(typeof sectionSchemas)[Key]>);
    }
    return entries;
  }

  cluster(): StageCluster | undefined {
    const written = this.config[CLUSTER_KEY];
    if (written === undefined || written === null) return undefined;
    const { value, refusals } = parseLeniently(clusterSchema, written, this.positions, ["config", CLUSTER_KEY]);
    this.refusals.push(...refusals);
    return value;
  }

  /** Keys of other namespaces belong to other parts of the engine and are left alone, unless they look like ours. */
  unknownKeys(): Refusal[] {
    return Object.keys(this.config)
      .filter((key) => looksLikeOurs(key) && !CONFIG_KEYS.includes(key))
      .map((key) => unknownKey(this.positions, ["config", key], key, CONFIG_KEYS));
  }

  private badName(path: KeyPath, name: string): Refusal[] {
    const parsed = objectNameSchema.safeParse(name);
    if (parsed.success) return [];
    return [
      {
        code: "invalid-name",
        place: this.positions.placeOfKey(path),
        found: name,
        expected: parsed.error.issues[0]?.message ?? "a name",
        action: "correct the name",
      },
    ];
  }
}

/** What a stage runs must be readable in its file; a secret is one value. */
function encryptedSection(positions: Positions, path: KeyPath): Refusal {
  return {
    code: "encrypted-section",
    place: positions.placeOf(path),
    found: "a section that is encrypted as a whole",
    expected: "a mapping in plain text; secrets alone are encrypted, each by itself",
    action: "write the section out: git shows its last plain version",
  };
}

function emptyStackFile(): StackFile {
  return {
    pins: new Map(),
    settings: new Map(),
    schemaLevels: new Map(),
    holds: new Map(),
    namespaces: new Map(),
    cluster: undefined,
    written: () => false,
  };
}

function unknownKey(positions: Positions, path: KeyPath, key: string, known: readonly string[]): Refusal {
  return {
    code: "unknown-key",
    place: positions.placeOfKey(path),
    found: `unknown key ${key}${didYouMean(key, known)}`,
    expected: `one of ${known.join(", ")}`,
    action: "rename or remove the key",
  };
}

function notAMapping(positions: Positions, path: KeyPath, found: unknown): Refusal {
  return {
    code: "invalid-value",
    place: positions.placeOf(path),
    // Not its text: that may be a secret that was written in the wrong place.
    found: typeof found === "string" ? "text" : renderValue(found),
    expected: "a mapping, name: value",
    action: "correct the value",
  };
}

function looksLikeOurs(key: string): boolean {
  const [namespace = ""] = key.split(":");
  return !key.includes(":") || /[^\x20-\x7e]/.test(key) || nearestName(namespace, ["lockstep"]) !== undefined;
}

function isWritten(config: unknown, path: KeyPath): boolean {
  let value: unknown = config;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return false;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value !== undefined && value !== null;
}

import { pinSchema, type SchemaFacts } from "./pin.ts";
import { accepted, refused, type Outcome, type Refusal } from "./refusal.ts";

/** What an image says of itself, as far as a pin remembers it. */
export interface ImageFacts {
  readonly revision?: string;
  readonly created?: string;
  readonly schema?: SchemaFacts;
}

/** What an image's makers wrote into it. */
export interface ImageWords {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Labels on which the images of a multi-platform index differ. */
  readonly disagreeing: readonly string[];
}

const SUPPORTS = "lockstep.schema.supports";
const MIGRATES_TO = "lockstep.schema.migrates-to";

/**
 * Reads an image's facts from its labels and annotations
 * (github.com/opencontainers/image-spec/blob/main/annotations.md, and our own `lockstep.schema.*`).
 * Where both have a name, they must agree.
 * @param name of the image, for the place of a refusal
 */
export function toImageFacts(name: string, words: ImageWords): Outcome<ImageFacts> {
  const reader = new LabelReader(name, words);
  const revision = reader.match(
    "org.opencontainers.image.revision",
    /^[0-9a-f]{7,64}$/,
    "a commit, 7 to 64 hexadecimal digits",
  );
  const created = reader.match("org.opencontainers.image.created", RFC_3339, TIME);
  if (created !== undefined && !pinSchema.shape.created.safeParse(created[0]).success) {
    reader.refuse("org.opencontainers.image.created", created[0], TIME);
  }
  const schema = readSchema(reader);
  if (reader.refusals.length > 0) return refused(reader.refusals);
  return accepted({
    ...(revision === undefined ? {} : { revision: revision[0] }),
    ...(created === undefined ? {} : { created: created[0] }),
    ...(schema === undefined ? {} : { schema }),
  });
}

const TIME = "a time as RFC 3339 writes it";
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function readSchema(reader: LabelReader): SchemaFacts | undefined {
  const supports = reader.match(SUPPORTS, /^(\d{1,9})-(\d{1,9})$/, "two levels, such as 12-14");
  const migrates = reader.match(MIGRATES_TO, /^\d{1,9}$/, "a level, such as 14");
  const migratesTo = migrates === undefined ? undefined : Number(migrates[0]);
  if (supports === undefined) {
    if (migratesTo !== undefined) {
      reader.refuse(SUPPORTS, "nothing", `the levels that it supports: it migrates to ${migratesTo}`);
    }
    return undefined;
  }
  const [min, max] = [Number(supports[1]), Number(supports[2])];
  if (min > max) reader.refuse(SUPPORTS, supports[0], "the lower level first");
  if (migratesTo !== undefined && (migratesTo < min || migratesTo > max)) {
    reader.refuse(MIGRATES_TO, String(migratesTo), `a level that it supports, ${min} to ${max}`);
  }
  return { supports: { min, max }, ...(migratesTo === undefined ? {} : { migratesTo }) };
}

class LabelReader {
  readonly refusals: Refusal[] = [];
  private readonly image: string;
  private readonly words: ImageWords;

  constructor(image: string, words: ImageWords) {
    this.image = image;
    this.words = words;
  }

  /** The label, where it is there and as it should be; an empty one is as good as none. */
  match(label: string, pattern: RegExp, expected: string): RegExpExecArray | undefined {
    if (this.words.disagreeing.includes(label)) {
      this.refuse(label, "different values on different platforms", "the same on every platform");
      return undefined;
    }
    const [labelled, annotated] = [this.words.labels[label], this.words.annotations[label]];
    if (labelled !== undefined && annotated !== undefined && labelled !== annotated) {
      this.refuse(label, `label ${quoted(labelled)}, annotation ${quoted(annotated)}`, "the same in both");
      return undefined;
    }
    const text = labelled ?? annotated ?? "";
    if (text === "") return undefined;
    const found = pattern.exec(text) ?? undefined;
    if (found === undefined) this.refuse(label, quoted(text), expected);
    return found;
  }

  refuse(label: string, found: string, expected: string): void {
    this.refusals.push({
      code: "bad-image-label",
      place: { path: `${this.image}, label ${label}` },
      found,
      expected,
      action: "have the supplier build the image again with a correct label",
    });
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

import fc from "fast-check";
import type { Json, JsonObject } from "../../src/model/json.ts";

/**
 * Stack files as people write them: every style of YAML that a hand or a formatter leaves behind. The file's tree and
 * its text are drawn from one list of choices, where 0 is the plainest, so that a failing file shrinks to a plain one.
 */
export interface GeneratedStackFile {
  readonly text: string;
  readonly tree: JsonObject;
}

const APPLICATIONS = ["appointments", "patients", "portal", "status-page"];
const TEXTS = ["info", "true", "a: b # c", "Grüße ✓ 日本", "", "it's", 'say "x"', "8080", " padded ", "- dash", "null"];
const COMMENTS = ["# plain", "# Ärger: größer, ✓", "#", '# image: x:1@sha256:0 {a: [b]} "', "# " + "long ".repeat(40)];
const KEYS_OF_PINS = ["image", "chart", "revision", "created", "schema"] as const;

export const stackFiles: fc.Arbitrary<GeneratedStackFile> = fc
  .array(fc.nat(997), { minLength: 20, maxLength: 400 })
  .map((numbers) => new Writer(numbers).file());

/** An image reference whose digest is the letter's. */
export function imageOf(application: string, version: number): string {
  return `registry.example.com/ehealth/${application}:1.${version}.0@sha256:${version.toString(16).padStart(64, "0")}`;
}

export function pinOf(application: string, version: number, facts: number): JsonObject {
  return {
    image: imageOf(application, version),
    chart: `oci://registry.example.com/charts/web-service:2.${version}.0@sha256:${"c".repeat(64)}`,
    ...(facts % 2 === 1 ? { revision: `4f2c9d${version.toString(16).padStart(2, "0")}` } : {}),
    ...(facts % 3 === 1 ? { created: "2026-11-20T10:11:12Z" } : {}),
    ...(facts % 4 >= 2 ? { schema: { supports: { min: 1, max: version }, migratesTo: version } } : {}),
  };
}

class Writer {
  private readonly numbers: readonly number[];
  private at = 0;

  constructor(numbers: readonly number[]) {
    this.numbers = numbers;
  }

  file(): GeneratedStackFile {
    const tree = this.tree();
    const body = [...this.noise(0), ...this.blockMap(tree, 0), ...this.noise(0)];
    const lines = [...(this.one(5) ? ["---"] : []), ...body, ...(this.one(9) ? ["..."] : [])];
    const end = this.one(3) ? "\r\n" : "\n";
    return { text: lines.join(end) + (this.one(4) ? "" : end), tree };
  }

  private tree(): JsonObject {
    const applications = APPLICATIONS.filter(() => !this.one(3));
    const pins = Object.fromEntries(applications.map((name) => [name, this.pin(name)]));
    const levels = Object.fromEntries(applications.filter(() => this.one(2)).map((name) => [name, this.next(20)]));
    const settings = Object.fromEntries(applications.map((name) => [name, this.settings()]));
    const sections: [string, Json][] = [
      ["lockstep:cluster", { context: "prod-eu" }],
      ["lockstep:pins", this.one(6) ? null : pins],
      ["lockstep:schemaLevels", this.one(6) ? null : levels],
      ["lockstep:settings", settings],
      ["other:text", this.one(4) ? "two lines\n# no comment\nkey: value" : this.pick(TEXTS)],
    ];
    const config = Object.fromEntries(this.rotated(sections.filter(() => !this.one(7))));
    const top: [string, Json][] = [
      ["encryptionsalt", "v1:lAX4dfkoOAc=:v1:UxfiTMk00nNEBDKJ:6X1sESp9YI9QklFm3/A0nbrAFfaXCA=="],
      ["config", this.one(12) ? null : config],
    ];
    return Object.fromEntries(this.rotated(top.filter(([key]) => key === "config" || !this.one(3))));
  }

  private pin(name: string): Json {
    if (this.one(12)) return null;
    const pin = pinOf(name, this.next(16), this.next(12));
    return Object.fromEntries(
      this.rotated(KEYS_OF_PINS.flatMap((key) => (key in pin ? [[key, pin[key] ?? null]] : []))),
    );
  }

  private settings(): Json {
    return {
      replicas: this.next(5),
      ...(this.one(2) ? { hosts: ["a.example.com", "b.example.com"].slice(this.next(3)) } : {}),
      ...(this.one(2) ? { env: { LOG_LEVEL: this.pick(TEXTS) } } : {}),
      ...(this.one(2) ? { secrets: { DATABASE_URL: { secure: "v1:jhB0+q96z47ruKA4:czQbKBuC/rvXHIW79Dq" } } } : {}),
    };
  }

  private blockMap(map: JsonObject, depth: number, step = this.pick([2, 4, 3, 1])): string[] {
    const indent = " ".repeat(depth);
    return Object.entries(map).flatMap(([key, value]) => {
      const head = `${indent}${this.scalar(key, true)}:`;
      return [...this.noise(depth), ...this.entry(head, value, depth, step)];
    });
  }

  private entry(head: string, value: Json, depth: number, step: number): string[] {
    if (value === null) return [`${head}${this.pick(["", " null", " ~"])}${this.trailing()}`];
    if (typeof value === "string" && /\n./.test(value)) return this.literal(`${head} |-`, value, depth + step);
    if (Array.isArray(value) && value.length > 0 && this.one(2)) {
      const indent = " ".repeat(this.one(3) ? depth : depth + step);
      const items = value.map((item: Json) => `${indent}- ${this.flow(item)}${this.trailing()}`);
      return [`${head}${this.trailing()}`, ...items];
    }
    if (isMap(value) && Object.keys(value).length > 0 && depth < 12 && !this.one(4)) {
      const broken = this.one(5) ? this.brokenFlow(value, depth + step) : undefined;
      if (broken !== undefined) return [`${head} ${broken[0] ?? ""}`, ...broken.slice(1)];
      return [`${head}${this.trailing()}`, ...this.blockMap(value, depth + step, step)];
    }
    return [`${head}${this.pick([" ", "  "])}${this.flow(value)}${this.trailing()}`];
  }

  private literal(head: string, value: string, depth: number): string[] {
    return [head, ...value.split("\n").map((line) => " ".repeat(depth) + line)];
  }

  /** A flow mapping over several lines, with comments in it. */
  private brokenFlow(map: JsonObject, depth: number): string[] {
    const indent = " ".repeat(depth);
    const entries = Object.entries(map);
    const lines = entries.map(([key, value], index) => {
      const comma = index < entries.length - 1 || this.one(3) ? "," : "";
      return `${indent}${this.scalar(key, false)}: ${this.flow(value)}${comma}${this.trailing()}`;
    });
    return ["{", ...lines, `${indent}}${this.trailing()}`];
  }

  private flow(value: Json): string {
    const pad = this.one(4) ? "" : " ";
    if (Array.isArray(value))
      return `[${value.map((item: Json) => this.flow(item)).join(this.pick([", ", " ,", ","]))}]`;
    if (isMap(value)) {
      const items = Object.entries(value).map(([key, item]) => `${this.scalar(key, false)}: ${this.flow(item)}`);
      return items.length === 0 ? this.pick(["{}", "{ }"]) : `{${pad}${items.join(this.pick([", ", " , "]))}${pad}}`;
    }
    return typeof value === "string" ? this.scalar(value, false) : JSON.stringify(value);
  }

  /** Plain where YAML allows it, else in one of its quotings. */
  private scalar(text: string, block: boolean): string {
    const plain = /^[A-Za-z][\w./@+:=-]*$/.test(text) && !/^(true|null)$|:$/.test(text) && !/^[0-9a-f]+$/.test(text);
    const style = this.next(plain ? (block ? 8 : 5) : 2);
    if (plain && style !== 3 && style !== 4) return text;
    return style % 2 === 0 || text.includes("\n") ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
  }

  /** Comments and empty lines between two keys. */
  private noise(depth: number): string[] {
    switch (this.next(9)) {
      case 5:
        return [""];
      case 6:
        return [" ".repeat(depth) + this.pick(COMMENTS)];
      case 7:
        return ["", " ".repeat(this.next(depth + 1)) + this.pick(COMMENTS), " ".repeat(depth)];
      default:
        return [];
    }
  }

  private trailing(): string {
    switch (this.next(9)) {
      case 6:
        return ` ${this.pick(COMMENTS)}`;
      case 7:
        return "  ";
      case 8:
        return `\t${this.pick(COMMENTS)}`;
      default:
        return "";
    }
  }

  private rotated<T>(items: readonly T[]): readonly T[] {
    const by = items.length === 0 ? 0 : this.next(items.length);
    return [...items.slice(by), ...items.slice(0, by)];
  }

  private pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    const picked = items[this.next(items.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  /** True once in so many. */
  private one(inSoMany: number): boolean {
    return this.next(inSoMany) === inSoMany - 1;
  }

  private next(below: number): number {
    const number = this.numbers[this.at % this.numbers.length] ?? 0;
    this.at += 1;
    return number % below;
  }
}

function isMap(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

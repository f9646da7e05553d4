import { isCiphertext, isRecord } from "./json.ts";
import { renderKeyPath, type KeyPath } from "./yaml-source.ts";

/** The configuration that the engine hands to the program, in the shape of the stack file. */
export interface EngineConfig {
  /** As under `config` of the stack file: secrets are ciphertexts wherever the file has them so. */
  readonly tree: Readonly<Record<string, unknown>>;
  /** The plain value of a secret, by the path under `config` where the file has its ciphertext. */
  secretAt(path: KeyPath): string | undefined;
  /** Where the engine's values are not the file's: from `-c`, `--config-file` or an edit meanwhile. */
  readonly differences: readonly string[];
}

/**
 * Brings the engine's flat, decrypted configuration back into the stack file's shape.
 * @param given key to text; mappings as JSON
 * @param written what the stack file has under `config`
 */
export function toEngineConfig(given: Readonly<Record<string, string>>, written: unknown): EngineConfig {
  const secrets = new Map<string, string>();
  const file = isRecord(written) ? written : {};
  const tree = Object.fromEntries(
    Object.entries(given)
      .filter(([key]) => key.startsWith("lockstep:"))
      .map(([key, text]) => [key, restore(parseText(text), file[key], [key], secrets)]),
  );
  const ours = Object.fromEntries(Object.entries(file).filter(([key]) => key.startsWith("lockstep:")));
  return {
    tree,
    secretAt: (path) => secrets.get(JSON.stringify(path)),
    differences: differences(tree, ours, []),
  };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Puts ciphertexts back in the place of plain values, and remembers the plain ones. */
function restore(plain: unknown, written: unknown, path: KeyPath, secrets: Map<string, string>): unknown {
  if (isCiphertext(written) && typeof plain === "string") {
    secrets.set(JSON.stringify(path), plain);
    return written;
  }
  if (Array.isArray(plain)) {
    return plain.map((item, index) =>
      restore(item, Array.isArray(written) ? written[index] : undefined, [...path, index], secrets),
    );
  }
  if (!isRecord(plain)) return plain;
  return Object.fromEntries(
    Object.entries(plain).map(([key, value]) => [
      key,
      restore(value, isRecord(written) ? written[key] : undefined, [...path, key], secrets),
    ]),
  );
}

function differences(left: unknown, right: unknown, path: KeyPath): string[] {
  if (isRecord(left) && isRecord(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      differences(left[key], right[key], [...path, key]),
    );
  }
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    return left.flatMap((item, index) => differences(item, right[index], [...path, index]));
  }
  return sameScalar(left, right) ? [] : [renderKeyPath(path)];
}

/** The engine leaves out empty values, and hands over times as text. */
function sameScalar(left: unknown, right: unknown): boolean {
  if (isEmpty(left) && isEmpty(right)) return true;
  return JSON.stringify(left) === JSON.stringify(right);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (isRecord(value) && Object.keys(value).length === 0);
}

import { isPlaceholder } from "./patterns.ts";

/** The last words of a name whose value is a password, however short. */
const PASSWORD_NAME = /(?:^|_)(?:password|passwd|pwd|passphrase)$/;

/** The last words of a name whose value is a key or a token, where it looks like one. */
const KEY_NAME =
  /(?:^|_)(?:secret|token|apikey|api_key|access_key|secret_key|private_key|signing_key|encryption_key|credential|credentials|auth)$/;

const MIN_KEY_LENGTH = 16;
/** Bits per character; words and paths of this length have less than random keys, whose hex digits have about 3.5. */
const MIN_KEY_ENTROPY = 3;

/**
 * What a name and its literal value say together; undefined where they look like no credential.
 * @param name of a variable, a key or a flag, in any spelling: DB_PASSWORD, db-password, dbPassword
 */
export function namedCredential(name: string, value: string): string | undefined {
  const words = toSnakeCase(name);
  if (PASSWORD_NAME.test(words)) return isLiteral(value) ? "a password" : undefined;
  if (KEY_NAME.test(words)) return isLiteral(value) && looksRandom(value) ? "a key or token" : undefined;
  return undefined;
}

function toSnakeCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
}

/** Neither a placeholder, nor a switch, nor the name of a file. */
function isLiteral(value: string): boolean {
  const text = value.trim();
  return text !== "" && !isPlaceholder(text) && !/^(?:true|false|null|none|yes|no|\.{0,2}\/.*)$/i.test(text);
}

/** Digits and letters, mixed as chance does it. Names of objects, hosts, digests and addresses are not. */
function looksRandom(value: string): boolean {
  const text = value.trim();
  if (text.length < MIN_KEY_LENGTH || /\s/.test(text)) return false;
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || isName(text)) return false;
  return /[0-9]/.test(text) && /[A-Za-z]/.test(text) && entropy(text) >= MIN_KEY_ENTROPY;
}

/** Words with dashes, dots or underscores between them: `appointments-v2-secrets`. */
function isName(text: string): boolean {
  const words = text.split(/[-._]/);
  return (
    words.length > 1 && words.every((word) => /^(?:[a-z]{2,}[0-9]{0,2}|[A-Z]{2,}[0-9]{0,2}|v?[0-9]{1,3})$/.test(word))
  );
}

/** Shannon's, in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

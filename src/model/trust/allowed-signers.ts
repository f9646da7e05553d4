import { accepted, refused, type Outcome, type Refusal } from "../refusal.ts";
import { MIN_SSH_RSA_BITS, parseSshPublicKey, SSH_KEY_TYPES, type SshKeyProblem } from "../ssh-public-key.ts";
import { isPrincipal, otherSpellings, TWO_SPELLINGS } from "./principal.ts";

/** A line of allowed_signers (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  readonly principal: string;
  /** As ssh-keygen prints it: `SHA256:` and base64 without padding. */
  readonly fingerprint: string;
}

/** People's and deployers' keys. The file's text is what ssh-keygen is given: it judges times and namespaces. */
export interface AllowedSigners {
  readonly text: string;
  readonly signers: readonly AllowedSigner[];
}

export const MAX_ALLOWED_SIGNERS_BYTES = 1024 * 1024;
const MAX_LINE = 12 * 1024;
const LINE = '<principal> [namespaces="…",valid-after="…Z",valid-before="…Z"] <type> <base64> [comment]';

type LineProblem = Pick<Refusal, "code" | "found" | "expected" | "action">;

interface SignerLine extends AllowedSigner {
  readonly line: number;
}

/**
 * Reads allowed_signers, more strictly than ssh-keygen: where it would take a pattern, a list or an authority, a line
 * could let in more than it seems to. Keys are never quoted: one may be private.
 */
export function parseAllowedSigners(file: string, text: string): Outcome<AllowedSigners> {
  const unreadable = refuseText(text);
  if (unreadable !== undefined) return refused([{ ...unreadable, place: { file } }]);
  const lines = text.split("\n").flatMap((content, index) => {
    if (content === "" || content.startsWith("#")) return [];
    const place = { file, line: index + 1 };
    const parsed = parseLine(content);
    return ["code" in parsed ? { ...parsed, place } : { ...parsed, line: index + 1 }];
  });
  const refusals = lines.filter((line) => "code" in line);
  const signers = lines.filter((line) => "principal" in line);
  const reasons = [...refusals, ...refuseDuplicates(file, signers), ...refuseSpellings(file, signers)];
  if (reasons.length > 0) return refused(reasons);
  return accepted({ text, signers: signers.map(({ principal, fingerprint }) => ({ principal, fingerprint })) });
}

function refuseText(text: string): LineProblem | undefined {
  const expected = "plain ASCII lines with the line ends of Unix";
  const action = "save the file again as plain text";
  if (text.includes("PRIVATE KEY")) {
    return {
      code: "private-key",
      found: "a private key",
      expected: "public keys only",
      action: "remove it, and replace the key pair if this file was ever shared",
    };
  }
  if (text.length > MAX_ALLOWED_SIGNERS_BYTES)
    return { code: "file-too-large", found: `${text.length} bytes`, expected, action };
  // What follows `#` is read by nobody: comments may have any letters.
  const broken = text.split("\n").findIndex((line) => /[\p{Cc}\u2028\u2029\uFEFF\uFFFD]/u.test(line));
  if (broken === -1) return undefined;
  return { code: "not-text", found: `a control character in line ${broken + 1}`, expected, action };
}

function parseLine(line: string): AllowedSigner | LineProblem {
  if (line.length > MAX_LINE) return invalid("a line that is too long");
  if (!/^[\x20-\x7e]*$/.test(line)) return invalid("letters outside ASCII");
  const [principal = "", ...rest] = line.split(" ");
  if (!isPrincipal(principal)) return refusePrincipal(principal);
  const isKey = SSH_KEY_TYPES.includes(rest[0] ?? "");
  const options = isKey ? undefined : refuseOptions(rest[0] ?? "");
  if (options !== undefined) return options;
  const [type = "", base64 = ""] = isKey ? rest : rest.slice(1);
  const parsed = parseSshPublicKey(`${type} ${base64}`);
  return parsed.kind === "key"
    ? { principal, fingerprint: parsed.key.fingerprint }
    : { code: parsed.problem, ...KEY_PROBLEMS[parsed.problem] };
}

function refusePrincipal(principal: string): LineProblem {
  const found = /[*?!]/.test(principal)
    ? "a pattern"
    : principal.includes(",")
      ? "several principals"
      : "something else than a principal";
  return {
    code: "invalid-principal",
    found,
    expected: "one principal such as ann@example.com, written out; ssh-keygen would take patterns and lists",
    action: "write one line for each key of each person",
  };
}

const NAMESPACES = /^namespaces="[A-Za-z0-9][A-Za-z0-9._@-]*(?:,[A-Za-z0-9][A-Za-z0-9._@-]*)*"$/;
const TIME = /^(valid-after|valid-before)="([0-9]{8}(?:[0-9]{4}(?:[0-9]{2})?)?)Z"$/;

/** Options as `namespaces="a,b",valid-after="20261120Z"`: each at most once, in one word. */
function refuseOptions(text: string): LineProblem | undefined {
  const options = text.match(/[^,"]+(?:"[^"]*")?/g) ?? [];
  const names = options.map((option) => option.replace(/=.*$/, ""));
  const understood = options.every((option) => NAMESPACES.test(option) || isTime(option));
  if (options.length > 0 && options.join(",") === text && understood && new Set(names).size === names.length)
    return undefined;
  if (names.includes("cert-authority")) {
    return {
      code: "cert-authority",
      found: "cert-authority",
      expected: "keys of people: an authority could let in anyone",
      action: "list the person's own key",
    };
  }
  return invalid("neither known options nor a known type of key");
}

function isTime(option: string): boolean {
  const [, , digits] = TIME.exec(option) ?? [];
  if (digits === undefined) return false;
  const day = digits.slice(0, 8);
  const time = digits.slice(8).padEnd(6, "0");
  const iso = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}.000Z`;
  const parsed = new Date(iso);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString() === iso;
}

const KEY_PROBLEMS: Readonly<Record<SshKeyProblem, Omit<LineProblem, "code">>> = {
  "private-key": {
    found: "a private key",
    expected: "public keys only",
    action: "remove it, and replace the key pair if this file was ever shared",
  },
  "unsupported-key": {
    found: "a key of another kind",
    expected: `one of ${SSH_KEY_TYPES.join(", ")}`,
    action: "ssh-keygen -t ed25519",
  },
  "weak-key": {
    found: "an RSA key of another size",
    expected: `an RSA key of at least ${MIN_SSH_RSA_BITS} bits`,
    action: "ssh-keygen -t ed25519",
  },
  "not-a-public-key": {
    found: "text that is not one SSH public key of the type before it",
    expected: LINE,
    action: "copy the line of the person's .pub file",
  },
};

/** One key under two names would be two approvals by one person. */
function refuseDuplicates(file: string, signers: readonly SignerLine[]): Refusal[] {
  const first = new Map<string, SignerLine>();
  return signers.flatMap((signer) => {
    const before = first.get(signer.fingerprint);
    if (before === undefined) {
      first.set(signer.fingerprint, signer);
      return [];
    }
    return [
      {
        code: "duplicate-signer-key",
        place: { file, line: signer.line },
        found: `the key of ${before.principal} in line ${before.line}, a second time`,
        expected: "every key once: one key is one person's",
        action: "remove one of the two lines",
      },
    ];
  });
}

/** Two spellings of one name would be two people, and two approvals. */
function refuseSpellings(file: string, signers: readonly SignerLine[]): Refusal[] {
  const others = otherSpellings(signers.map(({ principal }) => principal));
  return signers.flatMap(({ principal, line }, index) => {
    const other = others[index];
    if (other === undefined) return [];
    return [{ ...TWO_SPELLINGS, place: { file, line }, found: `${principal}, and ${other} before it` }];
  });
}

function invalid(found: string): LineProblem {
  return { code: "invalid-signer", found, expected: LINE, action: "correct the line" };
}

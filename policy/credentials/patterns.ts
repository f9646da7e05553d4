/** A form that only credentials have. Each is exact enough that a match is worth stopping for. */
interface CredentialForm {
  readonly name: string;
  readonly pattern: RegExp;
}

const FORMS: readonly CredentialForm[] = [
  { name: "a private key", pattern: /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/ },
  // The same in base64: -----BEGIN, then PRIVATE, RSA, EC, OPENSSH, ENCRYPTED.
  {
    name: "a private key",
    pattern:
      /LS0tLS1CRUdJTi(?:BQUklWQVRF|BSU0EgUFJJVkFURS|BFQyBQUklWQVRF|BPUEVOU1NIIFBSSVZBVE|BFTkNSWVBURUQgUFJJVkFURS)/,
  },
  { name: "an AWS access key", pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  { name: "a GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})\b/ },
  { name: "a GitLab token", pattern: /\bgl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,}/ },
  { name: "a Slack token", pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  {
    name: "a Slack webhook",
    pattern: /\bhooks\.slack\.com\/(?:services|workflows)\/T[A-Za-z0-9_]+\/[A-Za-z0-9_/]{10,}/,
  },
  { name: "a Google API key", pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/ },
  { name: "a Google OAuth secret", pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}\b/ },
  { name: "a Stripe key", pattern: /\b[rs]k_live_[A-Za-z0-9]{16,}\b/ },
  { name: "an npm token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { name: "a JSON Web Token", pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10}/ },
];

/** `scheme://user:password@host`. */
const URL_PASSWORD = /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/?#:@"']{0,200}:([^\s/?#@"']{1,500})@/gi;

/** `Password=…;` in connection strings. */
const CONNECTION_PASSWORD = /(?:^|;)\s*(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*([^;\s]{1,500})/gi;

/** What the form of a text says that it holds; undefined where it looks like no credential. Never the text itself. */
export function credentialIn(text: string): string | undefined {
  const form = FORMS.find(({ pattern }) => pattern.test(text));
  if (form !== undefined) return form.name;
  if (captures(text, URL_PASSWORD).some((password) => !isPlaceholder(password))) return "a URL with a password";
  if (captures(text, CONNECTION_PASSWORD).some((password) => !isPlaceholder(password))) {
    return "a connection string with a password";
  }
  return undefined;
}

/** A text that another one takes the place of: `$(PASSWORD)`, `${PASSWORD}`, `<password>`, `{{ password }}`, `***`. */
export function isPlaceholder(text: string): boolean {
  return /^(?:\$\([\w.-]*\)|\$\{[^}]*\}|\$\w+|<[^<>]*>|\{\{.*\}\}|%[\w.-]+%|[*xX.…]+)$/.test(text.trim());
}

function captures(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, captured = ""]) => captured);
}

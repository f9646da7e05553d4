import { X509Certificate } from "node:crypto";
import type { Signer } from "@sigstore/verify";

/** Whom a certificate names: the subject of the identity token, and who issued the token. */
export interface CertificateIdentity {
  readonly issuer: string;
  readonly subject: string;
}

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
/** sigstore/fulcio, docs/oid-info.md: the issuer as DER, and before that as bare text. */
const ISSUER = "1.3.6.1.4.1.57264.1.8";
const BARE_ISSUER = "1.3.6.1.4.1.57264.1.1";

const SEQUENCE = 0x30;
const UTF8_STRING = 0x0c;
const EMAIL = 0x81;
const URI = 0x86;

/** Whether a certificate is one that signs, and not an authority's or a server's of the same authority. */
export function isForSigning(certificate: Uint8Array): boolean {
  const { ca, keyUsage } = new X509Certificate(certificate);
  // Node calls the extended key usage so; it is not there where the certificate has none.
  const usages = keyUsage as readonly string[] | undefined;
  return !ca && usages?.includes(CODE_SIGNING) === true;
}

/**
 * The identity in a verified certificate; undefined where it names none or more than one. The library reads names as
 * ASCII, drops the eighth bit, and takes the first of several: here the extension must be, byte for byte, what that one
 * name encodes to.
 */
export function readIdentity({ identity }: Signer): CertificateIdentity | undefined {
  const issuer = identity?.extensions?.issuer;
  const subject = identity?.subjectAlternativeName;
  if (identity === undefined || issuer === undefined || subject === undefined) return undefined;
  const valueOf = (oid: string): Uint8Array | undefined => {
    const found = identity.oids?.filter(({ oid: pair }) => pair?.id.join(".") === oid) ?? [];
    return found.length === 1 ? found[0]?.value : undefined;
  };
  const names = valueOf(SUBJECT_ALTERNATIVE_NAME);
  const isOnlyName = [URI, EMAIL].some((tag) => equal(names, encode(SEQUENCE, encode(tag, Buffer.from(subject)))));
  const isIssuer =
    equal(valueOf(ISSUER), encode(UTF8_STRING, Buffer.from(issuer))) ||
    (valueOf(ISSUER) === undefined && equal(valueOf(BARE_ISSUER), Buffer.from(issuer)));
  return isOnlyName && isIssuer ? { issuer, subject } : undefined;
}

function equal(found: Uint8Array | undefined, expected: Uint8Array): boolean {
  return found !== undefined && Buffer.compare(found, expected) === 0;
}

/** DER of one element, of at most 65 535 bytes. */
function encode(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

import { createHash, generateKeyPairSync, KeyObject, sign, type webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { initializeCTLog, initializeTLog, initializeTSA } from "@sigstore/mock";
import { preAuthenticationEncoding } from "../../../src/adapters/signatures/sigstore-bundle.ts";
import { bundleOf } from "./fixtures.ts";

/**
 * A sigstore of the test's own: an authority, a certificate log, a transparency log and a timestamp authority, made
 * anew by every test. What it issues can be wrong in any one place, which a real one would refuse to issue.
 */
export interface SigstoreInstance {
  /** trusted_root.json with all services, or without some. */
  trustedRoot(without?: readonly Service[]): string;
  /** A bundle over a statement, signed with a new key and a certificate for it. */
  sign(statement: object | string, choices?: SignChoices): Promise<Buffer>;
}

export type Service = "tlogs" | "ctlogs" | "timestampAuthorities";

export interface SignChoices {
  /** @default SIGNER's */
  readonly issuer?: string;
  /** Names in the certificate. @default SIGNER's */
  readonly names?: readonly x509.JsonGeneralName[];
  /** When the certificate begins to be valid, for ten minutes. */
  readonly issuedAt?: Date;
  readonly usages?: readonly x509.ExtendedKeyUsage[];
  readonly isAuthority?: boolean;
  /** Services that are not asked. */
  readonly without?: readonly Service[];
  /** An entry of the log about another signature. */
  readonly logsOther?: boolean;
  /** A timestamp of another signature. */
  readonly timestampsOther?: boolean;
  /** Parts of the bundle to replace. */
  readonly parts?: Readonly<Record<string, unknown>>;
  readonly payloadType?: string;
}

export const SIGNER = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "https://github.com/ehealth/app/.github/workflows/release.yml@refs/tags/v1.4.2",
};

const ISSUER_EXTENSION = "1.3.6.1.4.1.57264.1.8";
const SCT_EXTENSION = "1.3.6.1.4.1.11129.2.4.2";
const AUTHORITY_NAME = "CN=sigstore,O=lockstep.test";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const SECOND_MS = 1000;
const TEN_MINUTES_MS = 600_000;
const DAY_MS = 86_400_000;
const LOG_URL = "https://rekor.example.com";

interface Services {
  /** When everything happens that is not said to happen at another time. */
  readonly clock: Date;
  readonly authority: webcrypto.CryptoKeyPair;
  readonly authorityCertificate: x509.X509Certificate;
  readonly ctLog: Awaited<ReturnType<typeof initializeCTLog>>;
  readonly tLog: Awaited<ReturnType<typeof initializeTLog>>;
  readonly tsa: Awaited<ReturnType<typeof initializeTSA>>;
}

export async function sigstoreInstance(): Promise<SigstoreInstance> {
  const keys = (): { publicKey: KeyObject; privateKey: KeyObject } =>
    generateKeyPairSync("ec", { namedCurve: "P-256" });
  const authority = await newKeys();
  const clock = new Date();
  const services: Services = {
    clock,
    authority,
    authorityCertificate: await authorityOf(authority),
    ctLog: await initializeCTLog(keys()),
    tLog: await initializeTLog(LOG_URL, keys()),
    tsa: await initializeTSA(keys(), clock),
  };
  // Not before the authority's own certificate; whole seconds, as the fractions of the mock cannot always be read.
  clock.setMilliseconds(0);
  clock.setTime(Math.max(clock.getTime(), Math.floor(Date.now() / SECOND_MS) * SECOND_MS));
  return {
    trustedRoot: (without = []) => trustedRootOf(services, without),
    sign: (statement, choices = {}) => signWith(services, statement, choices),
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function authorityOf(keys: webcrypto.CryptoKeyPair): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: AUTHORITY_NAME,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
}

async function signWith(services: Services, statement: object | string, choices: SignChoices): Promise<Buffer> {
  const keys = await newKeys();
  const certificate = await issue(services, keys.publicKey, choices);
  const payload = Buffer.from(typeof statement === "string" ? statement : JSON.stringify(statement));
  const payloadType = choices.payloadType ?? "application/vnd.in-toto+json";
  const privateKey = KeyObject.from(keys.privateKey);
  const signature = sign("sha256", preAuthenticationEncoding(payloadType, payload), privateKey);
  const asked = (service: Service): boolean => choices.without?.includes(service) !== true;
  const envelope = {
    payload: payload.toString("base64"),
    payloadType,
    signatures: [{ sig: signature.toString("base64") }],
  };
  const tlogEntries = asked("tlogs") ? [await logged(services, certificate, payload, signature, choices)] : [];
  const rfc3161Timestamps = asked("timestampAuthorities") ? [await timestamped(services, signature, choices)] : [];
  return bundleOf(envelope, {
    verificationMaterial: {
      certificate: { rawBytes: Buffer.from(certificate.rawData).toString("base64") },
      tlogEntries,
      timestampVerificationData: { rfc3161Timestamps },
    },
    ...choices.parts,
  });
}

async function issue(
  { authority, clock, ctLog }: Services,
  publicKey: webcrypto.CryptoKey,
  { issuer = SIGNER.issuer, names, issuedAt = clock, usages, isAuthority = false, without = [] }: SignChoices,
): Promise<x509.X509Certificate> {
  const request: x509.X509CertificateCreateParams = {
    serialNumber: "11182004",
    notBefore: issuedAt,
    notAfter: new Date(issuedAt.getTime() + TEN_MINUTES_MS),
    issuer: AUTHORITY_NAME,
    publicKey,
    signingAlgorithm: ALGORITHM,
    signingKey: authority.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.KeyUsagesExtension(
        isAuthority ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([...(usages ?? [x509.ExtendedKeyUsage.codeSigning])]),
      new x509.SubjectAlternativeNameExtension([...(names ?? [{ type: "url" as const, value: SIGNER.subject }])], true),
      new x509.Extension(ISSUER_EXTENSION, false, der(0x0c, Buffer.from(issuer, "latin1"))),
    ],
  };
  const certificate = await x509.X509CertificateGenerator.create(request);
  if (without.includes("ctlogs")) return certificate;
  const spki = await crypto.subtle.exportKey("spki", authority.publicKey);
  const proof = Buffer.from(await ctLog.log(certificate.rawData, await crypto.subtle.digest("SHA-256", spki)));
  // The log's answer begins with its own length.
  const list = Buffer.concat([uint16(proof.length), proof]);
  request.extensions?.push(new x509.Extension(SCT_EXTENSION, false, der(0x04, list)));
  return x509.X509CertificateGenerator.create(request);
}

/** An entry as Rekor's API gives it. */
interface LogEntry {
  readonly logIndex: number;
  readonly logID: string;
  readonly integratedTime: number;
  readonly body: string;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly rootHash: string;
      readonly checkpoint: string;
    };
  };
}

async function logged(
  { tLog }: Services,
  certificate: x509.X509Certificate,
  payload: Buffer,
  signature: Buffer,
  { logsOther = false }: SignChoices,
): Promise<object> {
  const verifier = Buffer.from(certificate.toString("pem")).toString("base64");
  const body = {
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      envelopeHash: { algorithm: "sha256", value: sha256(payload).toString("hex") },
      payloadHash: { algorithm: "sha256", value: sha256(payload).toString("hex") },
      signatures: [{ signature: (logsOther ? sha256(signature) : signature).toString("base64"), verifier }],
    },
  };
  // The mock's types name a package that does not come with it.
  const [entry] = Object.values((await tLog.log(body)) as Record<string, LogEntry>);
  if (entry === undefined) throw new Error("the log gave no entry");
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: Buffer.from(entry.logID, "hex").toString("base64") },
    kindVersion: { kind: "dsse", version: "0.0.1" },
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      treeSize: String(proof.treeSize),
      rootHash: Buffer.from(proof.rootHash, "hex").toString("base64"),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}

async function timestamped(
  { tsa }: Services,
  signature: Buffer,
  { timestampsOther = false }: SignChoices,
): Promise<object> {
  const timestamp = await tsa.timestamp({
    artifactHash: sha256(timestampsOther ? Buffer.from("another") : signature),
    hashAlgorithmOID: "2.16.840.1.101.3.4.2.1",
    nonce: 1,
    policyOID: "1.3.6.1.4.1.57264.2",
  });
  return { signedTimestamp: Buffer.from(timestamp as Uint8Array).toString("base64") };
}

function trustedRootOf({ authorityCertificate, ctLog, tLog, tsa }: Services, without: readonly Service[]): string {
  const validFor = { start: new Date(Date.now() - DAY_MS).toISOString() };
  const chain = (...certificates: readonly Uint8Array[]): object => ({
    certificates: certificates.map((bytes) => ({ rawBytes: Buffer.from(bytes).toString("base64") })),
  });
  const log = (publicKey: Buffer): object => ({
    baseUrl: LOG_URL,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: publicKey.toString("base64"), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor },
    logId: { keyId: sha256(publicKey).toString("base64") },
  });
  const kept = (service: Service, ...entries: readonly object[]): object => (without.includes(service) ? [] : entries);
  return JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    certificateAuthorities: [
      { uri: "https://fulcio.example.com", certChain: chain(new Uint8Array(authorityCertificate.rawData)), validFor },
    ],
    tlogs: kept("tlogs", log(tLog.publicKey)),
    ctlogs: kept("ctlogs", log(ctLog.publicKey)),
    timestampAuthorities: kept("timestampAuthorities", {
      certChain: chain(tsa.intCertificate as Uint8Array, tsa.rootCertificate as Uint8Array),
      validFor,
    }),
  });
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

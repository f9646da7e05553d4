// Decorated classes inside the library need it before anything else of the library is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import {
  certificateFile,
  keyFile,
  serviceAccountKeyFile,
  serviceAccountPublicKeyFile,
  type KeyPairName,
} from "./pki-files.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** A sandbox that is kept for years must not die of its certificates; `reset` makes fresh ones. */
const VALID_DAYS = 3650;
const DAY_MS = 86_400_000;
const LOOPBACK_NAMES: x509.JsonGeneralNames = [
  { type: "ip", value: "127.0.0.1" },
  { type: "dns", value: "localhost" },
];
const API_SERVER_NAMES: x509.JsonGeneralNames = [
  ...LOOPBACK_NAMES,
  // The first address of the service network, where pods look for the API server.
  { type: "ip", value: "10.96.0.1" },
  ...["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"].map(
    (value) => ({ type: "dns" as const, value }),
  ),
];

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Leaf {
  readonly name: KeyPairName;
  readonly subject: x509.JsonName;
  readonly usages: readonly ("server" | "client")[];
  readonly names?: x509.JsonGeneralNames;
}

const CLUSTER_LEAVES: readonly Leaf[] = [
  { name: "apiserver", subject: [{ CN: ["kube-apiserver"] }], usages: ["server"], names: API_SERVER_NAMES },
  {
    name: "controller-manager-serving",
    subject: [{ CN: ["kube-controller-manager"] }],
    usages: ["server"],
    names: LOOPBACK_NAMES,
  },
  { name: "scheduler-serving", subject: [{ CN: ["kube-scheduler"] }], usages: ["server"], names: LOOPBACK_NAMES },
  { name: "admin", subject: [{ O: ["system:masters"] }, { CN: ["sandbox-admin"] }], usages: ["client"] },
  { name: "controller-manager", subject: [{ CN: ["system:kube-controller-manager"] }], usages: ["client"] },
  { name: "scheduler", subject: [{ CN: ["system:kube-scheduler"] }], usages: ["client"] },
  { name: "kwok", subject: [{ CN: ["sandbox-kwok"] }], usages: ["client"] },
];

// An authority of its own: no certificate that opens the API server opens the database behind it.
const ETCD_LEAVES: readonly Leaf[] = [
  { name: "etcd", subject: [{ CN: ["etcd"] }], usages: ["server", "client"], names: LOOPBACK_NAMES },
  { name: "etcd-client", subject: [{ CN: ["kube-apiserver"] }], usages: ["client"] },
];

/** Makes the sandbox's authorities, certificates and keys. They appear all at once or not at all. */
export async function createCertificates(pki: string): Promise<void> {
  const draft = `${pki}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await issue(draft, "ca", CLUSTER_LEAVES);
  await issue(draft, "etcd-ca", ETCD_LEAVES);
  await writeServiceAccountKeys(draft);
  await rename(draft, pki);
}

async function issue(folder: string, authorityName: "ca" | "etcd-ca", leaves: readonly Leaf[]): Promise<void> {
  const authority = await createAuthority(`lockstep-sandbox-${authorityName}`);
  await writeKeyPair(folder, authorityName, authority.certificate, authority.keys.privateKey);
  for (const leaf of leaves) {
    const keys = await generateKeys();
    await writeKeyPair(folder, leaf.name, await createLeaf(authority, leaf, keys.publicKey), keys.privateKey);
  }
}

async function createAuthority(name: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function createLeaf(
  authority: Authority,
  leaf: Leaf,
  publicKey: webcrypto.CryptoKey,
): Promise<x509.X509Certificate> {
  const usages = leaf.usages.map((usage) =>
    usage === "server" ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
  );
  return x509.X509CertificateGenerator.create({
    ...validity(),
    subject: leaf.subject,
    issuer: authority.certificate.subject,
    publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      ...(leaf.names === undefined ? [] : [new x509.SubjectAlternativeNameExtension(leaf.names)]),
    ],
  });
}

function validity(): { serialNumber: string; notBefore: Date; notAfter: Date } {
  const now = Date.now();
  // 127 bits: positive, as RFC 5280 section 4.1.2.2 wants it.
  const serial = randomBytes(16);
  serial.writeUInt8(serial.readUInt8(0) & 0x7f, 0);
  return {
    serialNumber: serial.toString("hex"),
    // An hour of grace for clocks that are set back.
    notBefore: new Date(now - DAY_MS / 24),
    notAfter: new Date(now + VALID_DAYS * DAY_MS),
  };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function writeKeyPair(
  folder: string,
  name: KeyPairName,
  certificate: x509.X509Certificate,
  privateKey: webcrypto.CryptoKey,
): Promise<void> {
  await writeFile(certificateFile(folder, name), `${certificate.toString("pem")}\n`);
  await writePrivateKey(keyFile(folder, name), privateKey);
}

async function writeServiceAccountKeys(folder: string): Promise<void> {
  const keys = await generateKeys();
  const publicKey = Buffer.from(await webcrypto.subtle.exportKey("spki", keys.publicKey));
  await writePrivateKey(serviceAccountKeyFile(folder), keys.privateKey);
  await writeFile(serviceAccountPublicKeyFile(folder), x509.PemConverter.encode(publicKey, "PUBLIC KEY") + "\n");
}

async function writePrivateKey(file: string, key: webcrypto.CryptoKey): Promise<void> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  // SEC 1 is what every Kubernetes component reads.
  const pem = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "pem", type: "sec1" });
  await writeFile(file, pem, { mode: 0o600 });
}

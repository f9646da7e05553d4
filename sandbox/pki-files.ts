import path from "node:path";

/** File names in `location.pki`. Keys are beside their certificates, `<name>.crt` and `<name>.key`. */
export type KeyPairName =
  | "ca"
  | "apiserver"
  | "controller-manager-serving"
  | "scheduler-serving"
  | "admin"
  | "controller-manager"
  | "scheduler"
  | "kwok"
  | "etcd-ca"
  | "etcd"
  | "etcd-client";

export function certificateFile(pki: string, name: KeyPairName): string {
  return path.join(pki, `${name}.crt`);
}

export function keyFile(pki: string, name: KeyPairName): string {
  return path.join(pki, `${name}.key`);
}

/** Signs service accounts' tokens; it has no certificate. */
export function serviceAccountKeyFile(pki: string): string {
  return path.join(pki, "service-account.key");
}

export function serviceAccountPublicKeyFile(pki: string): string {
  return path.join(pki, "service-account.pub");
}

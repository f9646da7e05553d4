import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { stringify } from "yaml";
import { componentKubeconfig, type SandboxLocation } from "./location.ts";
import { certificateFile, keyFile, type KeyPairName } from "./pki-files.ts";

/** The name of the context, of the cluster and of the user in every kubeconfig of a sandbox. */
export const SANDBOX_CONTEXT = "lockstep-sandbox";

export interface KubeconfigContent {
  readonly server: string;
  readonly authority: Uint8Array;
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}

/** With certificates inside, so that the file works wherever it is copied to. */
export function renderKubeconfig({ server, authority, certificate, key }: KubeconfigContent): string {
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": SANDBOX_CONTEXT,
      clusters: [{ name: SANDBOX_CONTEXT, cluster: { server, "certificate-authority-data": base64(authority) } }],
      contexts: [{ name: SANDBOX_CONTEXT, context: { cluster: SANDBOX_CONTEXT, user: SANDBOX_CONTEXT } }],
      users: [
        {
          name: SANDBOX_CONTEXT,
          user: { "client-certificate-data": base64(certificate), "client-key-data": base64(key) },
        },
      ],
    },
    { lineWidth: 0 },
  );
}

/** The admin's, and one for each component that talks to the API server. */
export async function writeKubeconfigs(location: SandboxLocation): Promise<void> {
  const users: readonly KeyPairName[] = ["controller-manager", "scheduler", "kwok"];
  await mkdir(path.dirname(componentKubeconfig(location, "kwok")), { recursive: true });
  await writeKubeconfig(location, "admin", location.kubeconfig);
  for (const user of users) await writeKubeconfig(location, user, componentKubeconfig(location, user));
}

async function writeKubeconfig(location: SandboxLocation, user: KeyPairName, file: string): Promise<void> {
  const content = renderKubeconfig({
    server: location.apiServerUrl,
    authority: await readFile(certificateFile(location.pki, "ca")),
    certificate: await readFile(certificateFile(location.pki, user)),
    key: await readFile(keyFile(location.pki, user)),
  });
  await writeFileAtomic(file, content, { mode: 0o600 });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

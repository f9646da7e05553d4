import { certificateFile, keyFile, serviceAccountKeyFile } from "../pki-files.ts";
import { controlLoop } from "./control-loop.ts";

/** Deployments, Jobs, garbage collection and the rest: the real controllers, each with its own account. */
export const controllerManager = controlLoop({
  tool: "kube-controller-manager",
  account: "controller-manager",
  port: "controllerManager",
  furtherArgs: ({ pki }) => [
    `--root-ca-file=${certificateFile(pki, "ca")}`,
    `--service-account-private-key-file=${serviceAccountKeyFile(pki)}`,
    "--use-service-account-credentials=true",
    `--cluster-signing-cert-file=${certificateFile(pki, "ca")}`,
    `--cluster-signing-key-file=${keyFile(pki, "ca")}`,
  ],
});

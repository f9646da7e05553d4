import { answersOk } from "../http.ts";
import { componentKubeconfig } from "../location.ts";
import { certificateFile, keyFile, serviceAccountKeyFile } from "../pki-files.ts";
import type { Component } from "./component.ts";

/** Deployments, Jobs, garbage collection and the rest: the real controllers, each with its own account. */
export const controllerManager: Component = {
  name: "kube-controller-manager",
  tool: "kube-controller-manager",
  ports: ["controllerManager"],
  stopDeadlineMs: 5000,
  args: (location) => [
    `--kubeconfig=${componentKubeconfig(location, "controller-manager")}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${location.ports.controllerManager}`,
    `--tls-cert-file=${certificateFile(location.pki, "controller-manager-serving")}`,
    `--tls-private-key-file=${keyFile(location.pki, "controller-manager-serving")}`,
    `--root-ca-file=${certificateFile(location.pki, "ca")}`,
    `--service-account-private-key-file=${serviceAccountKeyFile(location.pki)}`,
    "--use-service-account-credentials=true",
    `--cluster-signing-cert-file=${certificateFile(location.pki, "ca")}`,
    `--cluster-signing-key-file=${keyFile(location.pki, "ca")}`,
    // There is one of it: an election would only delay every start by the lease of the run before.
    "--leader-elect=false",
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    "--profiling=false",
  ],
  isReady: (location, signal) =>
    answersOk({
      port: location.ports.controllerManager,
      path: "/healthz",
      tls: { pki: location.pki, authority: "ca" },
      signal,
    }),
};

import { answersOk } from "../http.ts";
import { componentKubeconfig, type SandboxPort } from "../location.ts";
import { certificateFile, keyFile, type KeyPairName } from "../pki-files.ts";
import type { Component } from "./component.ts";

interface ControlLoop {
  readonly tool: "kube-controller-manager" | "kube-scheduler";
  /** Its kubeconfig is named like its key pair. */
  readonly account: "controller-manager" | "scheduler";
  readonly port: SandboxPort;
  readonly furtherArgs?: Component["args"];
}

/** A process of Kubernetes that works through the API server and itself serves its health and nothing else. */
export function controlLoop({ tool, account, port, furtherArgs = () => [] }: ControlLoop): Component {
  const serving: KeyPairName = `${account}-serving`;
  return {
    name: tool,
    tool,
    ports: [port],
    stopDeadlineMs: 5000,
    args: (location) => [
      `--kubeconfig=${componentKubeconfig(location, account)}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${location.ports[port]}`,
      `--tls-cert-file=${certificateFile(location.pki, serving)}`,
      `--tls-private-key-file=${keyFile(location.pki, serving)}`,
      // There is one of it: an election would only delay every start by the lease of the run before.
      "--leader-elect=false",
      "--kube-api-qps=200",
      "--kube-api-burst=400",
      "--profiling=false",
      ...furtherArgs(location),
    ],
    isReady: (location, signal) =>
      answersOk({ port: location.ports[port], path: "/healthz", tls: { pki: location.pki, authority: "ca" }, signal }),
  };
}

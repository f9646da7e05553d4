import { answersOk } from "../http.ts";
import { componentKubeconfig } from "../location.ts";
import { certificateFile, keyFile } from "../pki-files.ts";
import type { Component } from "./component.ts";

export const scheduler: Component = {
  name: "kube-scheduler",
  tool: "kube-scheduler",
  ports: ["scheduler"],
  stopDeadlineMs: 5000,
  args: (location) => [
    `--kubeconfig=${componentKubeconfig(location, "scheduler")}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${location.ports.scheduler}`,
    `--tls-cert-file=${certificateFile(location.pki, "scheduler-serving")}`,
    `--tls-private-key-file=${keyFile(location.pki, "scheduler-serving")}`,
    // There is one of it (see controller-manager.ts).
    "--leader-elect=false",
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    "--profiling=false",
  ],
  isReady: (location, signal) =>
    answersOk({
      port: location.ports.scheduler,
      path: "/healthz",
      tls: { pki: location.pki, authority: "ca" },
      signal,
    }),
};

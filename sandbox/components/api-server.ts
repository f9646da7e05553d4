import { answersOk } from "../http.ts";
import { certificateFile, keyFile, serviceAccountKeyFile, serviceAccountPublicKeyFile } from "../pki-files.ts";
import type { Component } from "./component.ts";

/** As a cluster for real: RBAC, the default admission plugins, TLS, nobody without a name. */
export const apiServer: Component = {
  name: "kube-apiserver",
  tool: "kube-apiserver",
  ports: ["apiServer"],
  stopDeadlineMs: 10_000,
  args: (location) => [
    "--bind-address=127.0.0.1",
    `--secure-port=${location.ports.apiServer}`,
    // A loopback address may not stand in Endpoints, and no pod looks for them here.
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    // What nodes are asked for, such as logs, is asked of kwok: sandbox/kwok/node-ready.yaml.
    "--kubelet-preferred-address-types=ExternalIP",
    `--etcd-servers=https://127.0.0.1:${location.ports.etcdClient}`,
    `--etcd-cafile=${certificateFile(location.pki, "etcd-ca")}`,
    `--etcd-certfile=${certificateFile(location.pki, "etcd-client")}`,
    `--etcd-keyfile=${keyFile(location.pki, "etcd-client")}`,
    `--tls-cert-file=${certificateFile(location.pki, "apiserver")}`,
    `--tls-private-key-file=${keyFile(location.pki, "apiserver")}`,
    `--client-ca-file=${certificateFile(location.pki, "ca")}`,
    "--anonymous-auth=false",
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    // Whether a pod may be privileged is decided by pod security admission, as on every cluster of today.
    "--allow-privileged=true",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${serviceAccountPublicKeyFile(location.pki)}`,
    `--service-account-signing-key-file=${serviceAccountKeyFile(location.pki)}`,
    "--profiling=false",
  ],
  // /readyz, not /livez: it waits for the default roles and priority classes.
  isReady: (location, signal) =>
    answersOk({
      port: location.ports.apiServer,
      path: "/readyz",
      tls: { pki: location.pki, authority: "ca", client: "admin" },
      signal,
    }),
};

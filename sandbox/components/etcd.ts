import { answersOk } from "../http.ts";
import { dataFolder } from "../location.ts";
import { certificateFile, keyFile } from "../pki-files.ts";
import type { Component } from "./component.ts";

/**
 * The API server's database. With TLS and client certificates on loopback too: whoever may write here has got around
 * every rule of the API server.
 */
export const etcd: Component = {
  name: "etcd",
  tool: "etcd",
  ports: ["etcdClient", "etcdPeer"],
  stopDeadlineMs: 15_000,
  args: (location) => {
    const client = `https://127.0.0.1:${location.ports.etcdClient}`;
    const peer = `https://127.0.0.1:${location.ports.etcdPeer}`;
    const authority = certificateFile(location.pki, "etcd-ca");
    const certificate = certificateFile(location.pki, "etcd");
    const key = keyFile(location.pki, "etcd");
    return [
      "--name=sandbox",
      `--data-dir=${dataFolder(location, "etcd")}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=sandbox=${peer}`,
      ...[`--cert-file=${certificate}`, `--key-file=${key}`, `--trusted-ca-file=${authority}`, "--client-cert-auth"],
      ...[`--peer-cert-file=${certificate}`, `--peer-key-file=${key}`, `--peer-trusted-ca-file=${authority}`],
      "--peer-client-cert-auth",
      // A killed process loses nothing by it, a power cut might: worth it for a sandbox.
      "--unsafe-no-fsync",
      "--auto-compaction-retention=1h",
      "--log-level=warn",
    ];
  },
  isReady: (location, signal) =>
    answersOk({
      port: location.ports.etcdClient,
      path: "/health",
      tls: { pki: location.pki, authority: "etcd-ca", client: "etcd-client" },
      signal,
    }),
};

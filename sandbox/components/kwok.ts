import path from "node:path";
import { answersOk } from "../http.ts";
import { componentKubeconfig } from "../location.ts";
import type { Component } from "./component.ts";

/** One by one: kwok reads files, not folders. */
export const STAGE_FILES = [
  "configuration.yaml",
  "logs.yaml",
  "node-ready.yaml",
  "node-heartbeat.yaml",
  "pod-start.yaml",
  "pod-ready.yaml",
  "pod-recover.yaml",
  "pod-never-ready.yaml",
  "pod-crash-loop.yaml",
  "pod-pull-fail.yaml",
  "pod-delete.yaml",
  "job-complete.yaml",
  "job-fail.yaml",
].map((name) => path.resolve(import.meta.dirname, "../kwok", name));

/** Plays the nodes and their containers: the only part of a sandbox that is not the real thing. */
export const kwok: Component = {
  name: "kwok",
  tool: "kwok",
  ports: ["kwok"],
  stopDeadlineMs: 5000,
  files: [path.resolve(import.meta.dirname, "../logs/migrate.txt")],
  args: (location) => [
    `--kubeconfig=${componentKubeconfig(location, "kwok")}`,
    `--server-address=127.0.0.1:${location.ports.kwok}`,
    "--manage-all-nodes=true",
    // Nodes say that it is theirs.
    `--node-port=${location.ports.kwok}`,
    "--cidr=10.244.0.0/16",
    // Without leases the nodes lose their readiness every minute, and their pods with them.
    "--node-lease-duration-seconds=40",
    ...STAGE_FILES.map((file) => `--config=${file}`),
  ],
  isReady: (location, signal) => answersOk({ port: location.ports.kwok, path: "/healthz", signal }),
};

import type { ResolvedTools } from "../tools/resolve.ts";

/** What a sandbox itself needs; the tools of the samples and of Pulumi are their own steps' business. */
export const SANDBOX_TOOLS = [
  "etcd",
  "olareg",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
  "gateway-api",
  "external-dns",
] as const;

export type SandboxTool = (typeof SANDBOX_TOOLS)[number];

/** Wider sets of tools fit as well. */
export type SandboxTools = ResolvedTools<SandboxTool>;

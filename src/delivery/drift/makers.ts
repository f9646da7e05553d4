/** Kubernetes' own parts, and widespread controllers that write objects without naming an owner. */
const CONTROLLERS: readonly RegExp[] = [
  /^kube-(apiserver|controller-manager|scheduler|proxy)$/,
  /^(cloud-controller-manager|kubelet|clusterrole-aggregation-controller)$/,
  /^cert-manager-/,
  /^(pilot-discovery|external-dns|external-secrets|keda-operator|argo-rollouts|rollouts-controller)$/,
];

/** Whether a field manager is a controller, not a person or a tool that a person runs. */
export function isController(manager: string): boolean {
  return CONTROLLERS.some((pattern) => pattern.test(manager));
}

/** Tools that people change a label or an annotation with; controllers put their own there all the time. */
export function isPersonsTool(manager: string): boolean {
  return PERSONS_TOOL.test(manager);
}

const PERSONS_TOOL = /^(kubectl|helm|oc|k9s|node-fetch|Mozilla|dashboard|lens)/i;

/** The name of the one Kubernetes provider of a stack. */
export const PROVIDER_NAME = "cluster";

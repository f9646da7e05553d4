import { z } from "zod";

/** The longest suffix of an object's name, `-migrate-` and ten digits, must fit into the 63 characters of a label. */
const MAX_NAME_LENGTH = 44;

/** A name that can be an object's name and a label's value: RFC 1123 label. */
export const objectNameSchema = z
  .string({ error: "a name" })
  .max(MAX_NAME_LENGTH, { error: `a name of at most ${MAX_NAME_LENGTH} characters, so that suffixes fit` })
  .regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, { error: "a lower-case name such as appointments: letters, digits, dashes" });

/** A namespace's name in the cluster. Those of Kubernetes itself are nobody's to label, fill or delete. */
export const clusterNamespaceSchema = z
  .string({ error: "a namespace's name" })
  .max(63, { error: "a name of at most 63 characters" })
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, { error: "a lower-case name: letters, digits, dashes" })
  .refine((name) => name !== "default" && !name.startsWith("kube-"), {
    error: "a namespace that is not the cluster's own",
  });

/** A host name as a certificate and DNS take it, in lower case. */
export const hostSchema = z
  .string({ error: "a host name" })
  .max(253, { error: "a host name of at most 253 characters" })
  .regex(/^(?=.*\.)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/, {
    error: "a full host name in lower case, without scheme, port or path: portal.example.com",
  });

/** Kubernetes' resource quantity, without exponents and signs (kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity). */
export const quantitySchema = z
  .string({ error: 'a quantity as text, such as "250m" or "512Mi"' })
  .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/, { error: "a quantity such as 250m, 512Mi or 2" });

export const environmentNameSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "an environment variable's name: letters, digits, underscores" });

export const labelsSchema = z.record(
  z.string().regex(/^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, { error: "a label's name" }),
  z.string({ error: "a label's value, as text" }).regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, {
    error: "a label's value: at most 63 letters, digits, dots, dashes",
  }),
);

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A length of time such as 90s, 10m, 24h or 7d; read as seconds. */
export const durationSchema = z
  .string({ error: "a length of time such as 90s, 10m or 24h" })
  .regex(/^[1-9][0-9]{0,5}[smhd]$/, { error: "a length of time such as 90s, 10m or 24h" })
  .transform((text) => Number(text.slice(0, -1)) * SECONDS[text.slice(-1) as keyof typeof SECONDS]);

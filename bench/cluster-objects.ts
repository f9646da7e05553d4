import { z } from "zod";

/** A Kubernetes object as it is declared. */
export type ClusterObject = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly namespace?: string | undefined;
  };
};

/** The engine's own additions to what was declared. */
const ENGINE_KEY = /^__/;

const exportSchema = z.object({
  deployment: z.object({
    resources: z.array(z.object({ urn: z.string(), inputs: z.record(z.string(), z.unknown()).optional() })),
  }),
});

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** A stage's own, a handful however many applications there are: in no other namespace, and of no other program. */
const ADMISSION = "lockstep:index:Admission$";

/** The objects of a stack's applications, from `pulumi stack export`, namespaces first. */
export function objectsOfState(json: string): readonly ClusterObject[] {
  const { resources } = exportSchema.parse(JSON.parse(json)).deployment;
  const objects = resources.flatMap(({ urn, inputs = {} }) => {
    if (urn.includes(ADMISSION)) return [];
    const parsed = objectSchema.safeParse(
      Object.fromEntries(Object.entries(inputs).filter(([key]) => !ENGINE_KEY.test(key))),
    );
    return parsed.success ? [parsed.data] : [];
  });
  return objects.toSorted((left, right) => Number(right.kind === "Namespace") - Number(left.kind === "Namespace"));
}

/** The same objects in another namespace, which is one of them. */
export function inNamespace(objects: readonly ClusterObject[], namespace: string): readonly ClusterObject[] {
  return objects.map((object) => {
    const place = object.kind === "Namespace" ? { name: namespace } : { namespace };
    return { ...object, metadata: { ...object.metadata, ...place } };
  });
}

/** As one document for kubectl. */
export function toList(objects: readonly ClusterObject[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
}

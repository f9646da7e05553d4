import { z } from "zod";
import { declarationProblems, type DeclarationProblem } from "./declaration-problems.ts";
import { DECLARABLE, isDeclarable } from "./privileged-kind.ts";

const API_VERSION = "version, or group and version, such as v1 or rbac.authorization.k8s.io/v1";
const KIND = "a kind such as Role";

const kindSchema = z
  .strictObject(
    {
      apiVersion: z
        .string({ error: API_VERSION })
        .regex(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?v[0-9]+(?:(?:alpha|beta)[0-9]+)?$/, {
          error: API_VERSION,
          abort: true,
        }),
      kind: z.string({ error: KIND }).regex(/^[A-Z][A-Za-z0-9]*$/, { error: KIND, abort: true }),
    },
    { error: "{ apiVersion, kind }" },
  )
  .refine(isDeclarable, { error: `a kind of somebody else's, or of Kubernetes one of ${DECLARABLE.join(", ")}` });

const declarationsSchema = z
  .array(kindSchema, { error: "privilegedKinds: [{ apiVersion, kind }]" })
  .min(1, { error: "at least one kind, or no privilegedKinds at all" });

/** Judges what a catalogue file declares. @param path of the declarations, such as `chart.privilegedKinds` */
export function refusePrivilegedKinds(declared: unknown, path: string): readonly DeclarationProblem[] {
  return declarationProblems(declarationsSchema, declared, path);
}

import type { ZodType } from "zod";

/** What stands against a declaration: it would be taken for one that says something else. */
export interface DeclarationProblem {
  /** Such as `customResources[0].imagePaths[1]`. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/**
 * What a schema has against something declared in a catalogue file.
 * @param path of the declarations, such as `chart.customResources`
 */
export function declarationProblems(schema: ZodType, declared: unknown, path: string): readonly DeclarationProblem[] {
  const { error } = schema.safeParse(declared);
  return (error?.issues ?? []).map((issue) => ({
    path: issue.path.reduce<string>(
      (to, step) => (typeof step === "number" ? `${to}[${step}]` : `${to}.${String(step)}`),
      path,
    ),
    found: shown(issue.path.reduce<unknown>(into, declared)),
    expected: issue.message,
  }));
}

function into(value: unknown, step: PropertyKey): unknown {
  // Of a value that the schema has walked through just now.
  return typeof value === "object" && value !== null ? (value as Readonly<Record<PropertyKey, unknown>>)[step] : value;
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** Kinds that are declared twice: which of the two counts, nobody could tell. */
export function doubleDeclarations(
  declared: readonly { readonly apiVersion: string; readonly kind: string }[],
): readonly string[] {
  const keys = declared.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
}

import { resolve } from "node:path";

const BUILT = resolve(import.meta.dirname, "..", "..", ".tools", "bin");

/** The one place where end-to-end tests learn where a tool lies. */
export function toolPath(name: string): string {
  return resolve(BUILT, name);
}

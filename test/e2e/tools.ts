import { resolveTools } from "../../tools/resolve.ts";

const names = ["cosign", "crane", "helm", "olareg"] as const;
const { paths } = await resolveTools(names);

/** Where a tool lies that tests start themselves. */
export function toolPath(name: (typeof names)[number]): string {
  return paths[name];
}

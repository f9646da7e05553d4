import type { Statement } from "./statement.ts";

/** The command that writes a statement of this kind, for people who are to type it again. */
export function statingCommand(
  { kind, from, stage }: Pick<Statement, "kind" | "from" | "stage">,
  applications: readonly string[] = [],
): string {
  const names = applications.map((name) => ` ${name}`).join("");
  switch (kind) {
    case "promotion":
    case "hot-fix":
      return `npm run promote -- ${from ?? "<from>"} ${stage}${names}`;
    case "change":
      return `npm run propose -- ${stage}${names}`;
    case "rollback":
      return `npm run rollback -- ${stage}${names}`;
  }
}

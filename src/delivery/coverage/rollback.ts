import type { Refusal } from "../../model/refusal.ts";
import type { Statement } from "../../model/statements/statement.ts";
import { shortDigest, type Chain } from "./statement-chain.ts";

/** Whether a statement brings all its applications back to what the earlier statement that it names left of each. */
export function restoresEarlier(statement: Statement, chains: ReadonlyMap<string, Chain>): boolean {
  return statement.kind === "rollback" && notRestored(statement, chains).length === 0;
}

/** A rollback that goes somewhere else says something that is not so, whoever approves it. */
export function refuseWrongRestores(statement: Statement, chains: ReadonlyMap<string, Chain>): readonly Refusal[] {
  const { kind, restores, file } = statement;
  if (kind !== "rollback" || restores === undefined) return [];
  const wrong = notRestored(statement, chains).filter((name) => chains.get(name)?.kind === "chain");
  if (wrong.length === 0) return [];
  return [
    {
      code: "wrong-restores",
      place: { file, path: "predicate.restores" },
      found: `a rollback of ${wrong.join(", ")} to another state than ${shortDigest(restores)} left, or to a statement that is none of its earlier ones`,
      expected: "an earlier statement about each application of the rollback, and exactly the state that it left",
      action: "remove the statement, and roll back again; what never ran here comes by a promotion or a hot-fix",
    },
  ];
}

/**
 * Of a broken chain nobody can tell; it is refused as broken. What a statement names in it is always earlier: its own
 * digest depends on the one that it names.
 */
function notRestored({ restores, applications }: Statement, chains: ReadonlyMap<string, Chain>): readonly string[] {
  return [...applications].flatMap(([name, { after }]) => {
    const chain = chains.get(name);
    const links = chain?.kind === "chain" ? chain.links : [];
    const link = links.find(({ statement }) => statement.digest === restores);
    return link !== undefined && link.transition.after?.digest === after?.digest ? [] : [name];
  });
}

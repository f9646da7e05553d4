import { isJsonObject, type JsonObject } from "../../model/json.ts";
import type { Refusal } from "../../model/refusal.ts";
import { canonicalJson } from "../../model/statements/canonical-json.ts";
import type { DesiredState } from "../../model/statements/desired-state.ts";
import type { Statement } from "../../model/statements/statement.ts";
import { shortDigest, type Chain, type Link } from "./statement-chain.ts";

/**
 * Whether a statement brings all its applications back to what the earlier statement that it names left of each. The
 * level of a database is a fact, not a wish: it may have risen since, and the schema barrier judges that.
 */
export function restoresEarlier(statement: Statement, chains: ReadonlyMap<string, Chain>): boolean {
  if (statement.kind !== "rollback") return false;
  return [...statement.applications].every(([name, { after }]) => {
    const link = restoredLink(name, statement, chains);
    return link !== undefined && isSameApartFromLevel(link.transition.after, after);
  });
}

/** A rollback that goes to another version than it says something that is not so, whoever approves it. */
export function refuseWrongRestores(statement: Statement, chains: ReadonlyMap<string, Chain>): readonly Refusal[] {
  const { kind, restores, file, applications } = statement;
  if (kind !== "rollback" || restores === undefined) return [];
  const wrong = [...applications].flatMap(([name, { after }]) => {
    // Of a broken chain nobody can tell; it is refused as broken.
    if (chains.get(name)?.kind !== "chain") return [];
    const link = restoredLink(name, statement, chains);
    return link !== undefined && isSamePinned(link.transition.after, after) ? [] : [name];
  });
  if (wrong.length === 0) return [];
  return [
    {
      code: "wrong-restores",
      place: { file, path: "predicate.restores" },
      found: `a rollback of ${wrong.join(", ")} to another version than ${shortDigest(restores)} left, or to a statement that is none of its earlier ones`,
      expected: "an earlier statement about each application of the rollback, and exactly the pin that it left",
      action: "remove the statement, and roll back again; what never ran here comes by a promotion or a hot-fix",
    },
  ];
}

/** Whether two states are of the very same version; what is not there is the same as what is not there. */
export function isSamePinned(left: DesiredState | undefined, right: DesiredState | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalJson(left.state["pin"] ?? null) === canonicalJson(right.state["pin"] ?? null);
}

/** Whether two states differ in the level of the database at most, and in what follows from it. */
export function isSameApartFromLevel(left: DesiredState | undefined, right: DesiredState | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.digest === right.digest || withoutLevel(left.state) === withoutLevel(right.state);
}

/** What a statement names is always earlier: its own digest depends on the one that it names. */
function restoredLink(name: string, { restores }: Statement, chains: ReadonlyMap<string, Chain>): Link | undefined {
  const chain = chains.get(name);
  return chain?.kind === "chain" ? chain.links.find(({ statement }) => statement.digest === restores) : undefined;
}

/** Whether the migration runs follows from pin, definition and level. */
function withoutLevel(state: JsonObject): string {
  const effective = state["effective"];
  return canonicalJson({
    ...without(state, "schemaLevel"),
    ...(isJsonObject(effective) ? { effective: without(effective, "migrates") } : {}),
  });
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

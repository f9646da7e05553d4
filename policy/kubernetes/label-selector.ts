import { absent, at, entriesAt, listAt } from "./fields.ts";

/**
 * Whether labels match a LabelSelector (meta/v1). An empty selector matches everything, none matches nothing, as
 * policy/v1 reads it. An operator that is not known matches nothing.
 */
export function selects(selector: unknown, labels: unknown): boolean {
  if (absent(selector)) return false;
  const byName = new Map(entriesAt(labels));
  return (
    entriesAt(selector, "matchLabels").every(([name, value]) => byName.get(name) === value) &&
    listAt(selector, "matchExpressions").every((expression) => matches(expression, byName))
  );
}

function matches(expression: unknown, labels: ReadonlyMap<string, unknown>): boolean {
  const key = at(expression, "key");
  const label = typeof key === "string" ? labels.get(key) : undefined;
  const values = listAt(expression, "values");
  switch (at(expression, "operator")) {
    case "In":
      return label !== undefined && values.includes(label);
    case "NotIn":
      return label === undefined || !values.includes(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    default:
      return false;
  }
}

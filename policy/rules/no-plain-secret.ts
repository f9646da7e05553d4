import { namedCredential } from "../credentials/names.ts";
import { credentialIn } from "../credentials/patterns.ts";
import { at, below, entriesAt } from "../kubernetes/fields.ts";
import { kindOf } from "../kubernetes/objects.ts";
import type { JudgedResource, PropertyPath, Rule, Violation } from "../rule.ts";
import { CHART_TYPE, parseUrn } from "../urn.ts";

/** A text inside a resource, and under which name it stands. */
interface NamedText {
  readonly keys: PropertyPath;
  readonly path: string;
  readonly name: string;
  readonly text: string;
}

const SECRET_FIELDS = ["data", "stringData"] as const;

/** No message of this rule ever holds a value: logs of a pipeline are read by more people than secrets. */
export const noPlainSecret: Rule = {
  id: "no-plain-secret",
  title: "credentials are secrets: encrypted in the stack file, marked secret in the engine",
  why: "a password in an environment variable, a ConfigMap or a chart value is in the repository, the state and the logs",
  fix: "declare it under `secrets` in the catalogue, set it with pulumi config set --secret, and change it where it was used",
  level: "mandatory",
  exemptible: true,
  check: (resource) => (isSecretObject(resource) ? refuseUnmarked(resource) : refusePlain(resource)),
};

function isSecretObject(resource: JudgedResource): boolean {
  const { group, kind } = kindOf(resource);
  return resource.type.startsWith("kubernetes:core/v1:Secret") || (group === "" && kind === "Secret");
}

/**
 * The engine says of each value whether it is marked. That says nothing of a Secret out of a chart: the provider's SDK
 * marks every Secret, while the value itself stands in the chart or in its values.
 */
function refuseUnmarked(resource: JudgedResource): Violation[] {
  const isInChart = parseUrn(resource.urn).types.includes(CHART_TYPE);
  return SECRET_FIELDS.flatMap((field) =>
    entriesAt(resource.props, field)
      .filter(([key, value]) => value !== "" && (isInChart || !resource.isSecret([field, key])))
      .map(([key]) => ({
        path: below(field, key),
        found: isInChart
          ? "a value out of the chart or of its values, where it stands in plain text"
          : "a value that is not marked secret: it stands in plain text in the state",
        expected: "a secret of the application, from the stack file",
      })),
  );
}

function refusePlain(resource: JudgedResource): Violation[] {
  return textsIn(resource.props, [], "", "").flatMap(({ keys, path, name, text }) => {
    const held = credentialIn(text) ?? namedCredential(name, text) ?? assignedCredential(text);
    if (held === undefined || resource.isSecret(keys)) return [];
    return [{ path, found: `what looks like ${held} (not shown)`, expected: "a reference to a Secret" }];
  });
}

/** Every text, at any depth. An entry of `env` stands under its variable's name, an argument under the flag before it. */
function textsIn(value: unknown, keys: PropertyPath, path: string, name: string): readonly NamedText[] {
  if (typeof value === "string") return [{ keys, path, name, text: value }];
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value;
    return elements.flatMap((element, index) =>
      textsIn(element, [...keys, index], `${path}[${index}]`, flagBefore(elements, index) ?? ""),
    );
  }
  const variable = at(value, "name");
  return entriesAt(value).flatMap(([key, field]) => {
    const called = key === "value" && typeof variable === "string" ? variable : key;
    return textsIn(field, [...keys, key], below(path, key), called);
  });
}

function flagBefore(elements: readonly unknown[], index: number): string | undefined {
  const before = index === 0 ? undefined : elements[index - 1];
  return typeof before === "string" && /^--?[A-Za-z][\w-]*$/.test(before) ? before : undefined;
}

/** Lines of configuration files and flags that carry their value: `password = …`, `token: …`, `--password=…`. */
const ASSIGNMENT =
  /^[\t ]*(?:export[\t ]+|-{1,2})?["']?([A-Za-z][\w.-]{0,80})["']?[\t ]*[=:][\t ]*["']?([^\s"',;]{1,500})["']?,?[\t ]*$/gm;

function assignedCredential(text: string): string | undefined {
  for (const [, name = "", value = ""] of text.matchAll(ASSIGNMENT)) {
    const held = namedCredential(name, value);
    if (held !== undefined) return held;
  }
  return undefined;
}

import { isRecord } from "../../src/model/json.ts";
import { below } from "./fields.ts";

export interface FoundValue {
  readonly path: string;
  readonly value: unknown;
}

/** Everything that a path of a declaration leads to, such as `spec.pods[*].image`; nothing where it leads nowhere. */
export function valuesAt(object: unknown, path: string): readonly FoundValue[] {
  const start: readonly FoundValue[] = [{ path: "", value: object }];
  return stepsOf(path).reduce((found, step) => found.flatMap((one) => into(one, step)), start);
}

/** `a.b[*].c` as its keys. */
function stepsOf(path: string): readonly string[] {
  return path.split(/[.[\]]+/).filter((step) => step !== "");
}

function into({ path, value }: FoundValue, step: string): readonly FoundValue[] {
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value;
    return elements.flatMap((element, index) =>
      step === "*" || step === String(index) ? [{ path: `${path}[${index}]`, value: element }] : [],
    );
  }
  if (!isRecord(value)) return [];
  return Object.keys(value)
    .filter((key) => step === "*" || step === key)
    .map((key) => ({ path: below(path, key), value: value[key] }));
}

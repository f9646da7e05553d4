import { isScalar, visit, YAMLParseError, type Document } from "yaml";

/**
 * A problem, as the library words it, for each key that its mapping has already: equal by value, however quoted. The
 * library's own check takes the square of a mapping's size.
 */
export function repeatedKeys(document: Document.Parsed): readonly YAMLParseError[] {
  const problems: YAMLParseError[] = [];
  visit(document, {
    Map: (_key, { items }) => {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const [start, end] = key.range ?? [0, 0];
        if (known.has(key.value))
          problems.push(new YAMLParseError([start, end], "DUPLICATE_KEY", "Map keys must be unique"));
        known.add(key.value);
      }
    },
  });
  return problems;
}

import { isDeepStrictEqual } from "node:util";
import { gatherChanges, withoutEmpty, withWanted, YamlEditError, type YamlChange } from "./yaml-change.ts";
import { parseYamlSource, type YamlSource } from "./yaml-source.ts";
import { YamlSplicer } from "./yaml-splicer.ts";

export { YamlEditError, type YamlChange } from "./yaml-change.ts";

/**
 * The file's text with the changes made and every other byte as it was: comments, order, quoting, line ends.
 * @throws YamlEditError where the result would not be exactly the file with these changes
 */
export function editYaml(source: YamlSource, changes: readonly YamlChange[]): string {
  const wanted = gatherChanges(changes);
  const text = new YamlSplicer(source).apply(wanted);
  const result = parseYamlSource(source.file, text);
  const expected = withWanted(source.tree, wanted);
  // Whatever was overlooked above ends here: a file that reads otherwise is not written.
  if (result.kind === "refused" || !isDeepStrictEqual(withoutEmpty(result.value.tree), withoutEmpty(expected))) {
    throw new YamlEditError(`${source.file} cannot be edited in place: change it by hand`);
  }
  return text;
}

import { Command } from "commander";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { codeRoot } from "../../adapters/project.ts";
import { renderStackFileSchema } from "../../model/stack-file-schema.ts";

export const schemaPath = join(codeRoot, "schemas", "stack-file.json");

export function schemaCommand(): Command {
  return new Command("schema")
    .description("writes schemas/stack-file.json, the JSON Schema that editors check stack files with")
    .action(async () => {
      await mkdir(dirname(schemaPath), { recursive: true });
      await writeFileAtomic(schemaPath, renderStackFileSchema());
      process.stdout.write("wrote schemas/stack-file.json\n");
    });
}

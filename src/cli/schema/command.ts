import { Command } from "commander";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { replaceFile } from "../../adapters/disk.ts";
import { codeRoot } from "../../adapters/project.ts";
import { renderStackFileSchema } from "../../model/stack-file-schema.ts";

export const schemaPath = join(codeRoot, "schemas", "stack-file.json");

export function schemaCommand(): Command {
  return new Command("schema")
    .description("writes schemas/stack-file.json, the JSON Schema that editors check stack files with")
    .action(async () => {
      await mkdir(dirname(schemaPath), { recursive: true });
      await replaceFile(schemaPath, renderStackFileSchema());
      process.stdout.write("wrote schemas/stack-file.json\n");
    });
}

// @ts-check
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/**
 * The import directions of the layout: a folder may import only from the folders named here, and from itself.
 * `pure` folders decide; they may not touch the world.
 */
const rooms = ["model", "delivery", "adapters", "applications", "components", "cli"];
/** @type {{ room: string; from: string[]; pure?: boolean }[]} */
const directions = [
  { room: "model", from: [], pure: true },
  { room: "delivery", from: ["model"], pure: true },
  { room: "adapters", from: ["model"] },
  { room: "applications", from: ["model"] },
  { room: "components", from: ["model"] },
];

const pureImports = {
  regex: "^(node:(?!(crypto|util)$)|@pulumi/|execa$)",
  message: "This folder is pure: no I/O, no clock, no engine. Let the caller pass the values in.",
};

export default defineConfig(
  { ignores: [".tools/", ".sandbox/", ".lockstep/", "node_modules/", "test/**/fixtures/"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-floating-promises": ["error", { checkThenables: true }],
      "no-console": "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  ...directions.map(({ room, from, pure }) => ({
    files: [`src/${room}/**/*.ts`],
    rules: {
      "no-restricted-imports": /** @type {["error", object]} */ ([
        "error",
        {
          patterns: [
            {
              group: rooms.filter((other) => other !== room && !from.includes(other)).map((other) => `**/${other}/**`),
              message: `src/${room} may import from ${["itself", ...from].join(", ")} only (CONTRIBUTING.md, Rooms).`,
            },
            ...(pure === true ? [pureImports] : []),
          ],
        },
      ]),
    },
  })),
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/require-await": "off",
    },
  },
  // The compiler checks plain JavaScript too, and knows which names there are.
  { files: ["**/*.js"], rules: { "no-undef": "off" } },
  { files: ["bin/**/*.js"], rules: { "no-console": "off" } },
);

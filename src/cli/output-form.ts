import { RefusalError } from "../model/refusal.ts";

/** @throws RefusalError (2) where a verb is asked for two forms of one answer */
export function refuseTwoForms({ json, markdown }: { readonly json?: boolean; readonly markdown?: boolean }): void {
  if (json !== true || markdown !== true) return;
  throw new RefusalError(
    [
      {
        code: "two-forms",
        place: { path: "--json --markdown" },
        found: "both",
        expected: "one of the two",
        action: "leave one of them out, and run it again for the other",
      },
    ],
    2,
  );
}

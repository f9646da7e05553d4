import { z } from "zod";
import { matchesPart } from "./repository-pattern.ts";

/** Whom a certificate must name. A pattern is only for what changes from release to release: a tag or a branch. */
export type IdentitySubject =
  { readonly kind: "exact"; readonly subject: string } | { readonly kind: "pattern"; readonly pattern: string };

/** The shape of an identity; where it counts is the same for keys, and added there. */
export const identityShape = {
  issuer: z.string({ error: "an issuer" }).regex(/^https:\/\/[!-~]+$/, {
    error: "the issuer of the identity token, as the certificate names it: https://…",
  }),
  subject: z
    .string({ error: "a subject" })
    .regex(/^[!-)+-~]+$/, { error: "the subject as the certificate names it; with `*` it is a subjectPattern" })
    .optional(),
  subjectPattern: z
    .string({ error: "a pattern" })
    .refine(isSubjectPattern, {
      error: "https://<repository and workflow>@refs/<ref>, where `*` after @refs/ stands for anything without a slash",
    })
    .optional(),
};

const REFS = "@refs/";
const PRINTABLE = /^[!-~]+$/;
/** Keep matching cheap. */
const MAX_LENGTH = 1024;
const MAX_WILDCARDS = 8;

/**
 * `https://<workflow>@refs/tags/*`: GitHub's and GitLab's form. Wildcards stand behind `@refs/` only and never match a
 * slash, so that no pattern reaches another repository, workflow, or kind of ref.
 */
export function isSubjectPattern(text: string): boolean {
  const at = text.indexOf(REFS);
  return (
    text.length <= MAX_LENGTH &&
    PRINTABLE.test(text) &&
    text.startsWith("https://") &&
    at !== -1 &&
    !text.slice(0, at).includes("*") &&
    !text.includes("**") &&
    (text.match(/\*/g)?.length ?? 0) <= MAX_WILDCARDS
  );
}

/** Whether an identity counts for a certificate's subject, the whole of it. False in doubt. */
export function matchesSubject(rule: IdentitySubject, subject: string): boolean {
  if (rule.kind === "exact") return rule.subject === subject;
  if (!isSubjectPattern(rule.pattern) || !PRINTABLE.test(subject) || subject.length > MAX_LENGTH) return false;
  const pattern = rule.pattern.split("/");
  const parts = subject.split("/");
  return (
    parts.length === pattern.length &&
    pattern.every((piece, index) => {
      const part = parts[index] ?? "";
      return piece.includes("*") ? part !== "" && matchesPart(piece, part) : piece === part;
    })
  );
}

import { parseBoundedJson } from "../../model/bounded-json.ts";
import type { CertificateIdentity } from "./certificate-identity.ts";
import type { CandidateRefusalCode } from "./verdict.ts";

/** What one piece of evidence amounts to. */
export type Judgement =
  | {
      readonly kind: "signed";
      readonly by: string;
      /** Whom the certificate names, where one was signed with. */
      readonly certified?: CertificateIdentity;
    }
  | { readonly kind: "refused"; readonly code: CandidateRefusalCode; readonly detail: string };

export function refuse(code: CandidateRefusalCode, detail: string): Judgement {
  return { kind: "refused", code, detail };
}

export type ReadJson =
  { readonly kind: "value"; readonly value: unknown } | { readonly kind: "refused"; readonly judgement: Judgement };

/** JSON of somebody else, or the refusal of it. */
export function readJson(bytes: Uint8Array, what: string): ReadJson {
  const json = parseBoundedJson(bytes);
  if (json.kind === "value") return json;
  const code = json.problem === "too-deep" ? "too-deep" : "malformed";
  return { kind: "refused", judgement: refuse(code, `${what} is ${json.problem}`) };
}

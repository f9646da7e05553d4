import { hexOf, type Digest } from "../../model/digest.ts";
import { accepted, refused, type Outcome } from "../../model/refusal.ts";
import type { Statement } from "../../model/statements/statement.ts";
import { shortDigest, type Chain } from "../coverage/statement-chain.ts";
import type { NewestStatement } from "./newest-statements.ts";

export interface ChoiceRequest {
  readonly stage: string;
  /** A digest, the first digits of one, or the name of its folder; undefined: every one that `wanted` takes. */
  readonly named: string | undefined;
  readonly newest: readonly NewestStatement[];
  readonly all: readonly Statement[];
  readonly chains: ReadonlyMap<string, Chain>;
  readonly wanted: (newest: NewestStatement) => boolean;
}

const MIN_DIGITS = 6;

/** The statements that were meant: the newest of their applications, in one piece. */
export function chooseStatements(request: ChoiceRequest): Outcome<readonly NewestStatement[]> {
  const { named, newest, all, stage, chains } = request;
  if (named === undefined) return accepted(newest.filter(request.wanted));
  const digits = digitsOf(named);
  const found = digits === undefined ? [] : all.filter(({ digest }) => hexOf(digest).startsWith(digits));
  const [statement, second] = found;
  const place = { path: named };
  if (statement === undefined || second !== undefined) {
    return refused([
      {
        code: statement === undefined ? "unknown-statement" : "ambiguous-statement",
        place,
        found: statement === undefined ? `no statement about ${stage} of that digest` : listed(found),
        expected: `at least ${MIN_DIGITS} digits of the digest of one statement, as its folder's name ends`,
        action: `npm run approvals -- ${stage} --all`,
      },
    ]);
  }
  const one = newest.find((known) => known.statement.digest === statement.digest);
  if (one !== undefined) return accepted([one]);
  const names = [...statement.applications.keys()];
  const broken = names.flatMap((name) => {
    const chain = chains.get(name);
    return chain?.kind === "broken" ? chain.refusals : [];
  });
  if (broken.length > 0) return refused([...new Set(broken)]);
  return refused([
    {
      code: "not-newest",
      place: { file: statement.file },
      found: `the statement ${shortDigest(statement.digest)}, which others continue`,
      expected: `the newest statement about ${names.join(", ")}`,
      action: `npm run approvals -- ${stage}`,
    },
  ]);
}

function digitsOf(named: string): string | undefined {
  const digits = named
    .replace(/\/+$/, "")
    .replace(/^.*\//, "")
    .replace(/^\d{8}T\d{6}Z-/, "")
    .replace(/^sha256:/, "");
  return /^[0-9a-f]{6,64}$/.test(digits) ? digits : undefined;
}

function listed(found: readonly { readonly digest: Digest }[]): string {
  return `${found.length} statements: ${found.map(({ digest }) => shortDigest(digest)).join(", ")}`;
}

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Digest } from "../../../src/model/digest.ts";
import type { DesiredState } from "../../../src/model/statements/desired-state.ts";
import type { SignedStatement } from "../../../src/model/statements/signed-statement.ts";
import type { Statement, Transition } from "../../../src/model/statements/statement.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import { ADA, BEN, CAT, codesOf, DAN, HOUR, signed, statementOf, statesOf, T0 } from "./sample-court.ts";

const NAME = "portal";
const PIN = "ehealth/portal:2.3.0";
const STATES = [STACK_FILE, withText(PIN, "ehealth/portal:2.4.0"), withText(PIN, "ehealth/portal:2.5.0")].map((text) =>
  statesOf(text).get(NAME),
);
const APPROVERS = [
  { by: BEN, role: "release-managers" },
  { by: CAT, role: "operations" },
  { by: DAN, role: "operations" },
  { by: ADA, role: "release-managers" },
  { by: DAN, role: "release-managers" },
];

/** One more statement about the application: mostly as a verb would write it, now and then anything else. */
interface Step {
  /** Counted from the newest; more than there are: none. */
  readonly continues: number;
  readonly before: number | "as left";
  /** The fourth: it goes. */
  readonly after: number;
  readonly hours: number;
  readonly approvers: readonly (typeof APPROVERS)[number][];
}

const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight: 12 }, { arbitrary: other, weight: 1 });
const stateIndex = fc.nat({ max: STATES.length });
const step: fc.Arbitrary<Step> = fc.record({
  continues: mostly(fc.constant(0), fc.nat({ max: 5 })),
  before: mostly<number | "as left">(fc.constant("as left"), stateIndex),
  after: mostly(fc.nat({ max: STATES.length - 1 }), fc.constant(STATES.length)),
  hours: mostly(fc.nat({ max: 9 }), fc.integer({ min: -9, max: -1 })),
  approvers: mostly(fc.constant(APPROVERS.slice(0, 2)), fc.subarray(APPROVERS)),
});

function written(steps: readonly Step[]): readonly SignedStatement[] {
  const statements: Statement[] = [];
  const all: SignedStatement[] = [];
  for (const [index, { continues, before, after, hours, approvers }] of steps.entries()) {
    const predecessor = statements.at(-1 - continues);
    const left = predecessor?.applications.get(NAME)?.after;
    const transition = { before: before === "as left" ? left : STATES[before], after: STATES[after] };
    if (transition.before === undefined && transition.after === undefined) continue;
    const statement = statementOf({
      ...{ reason: `step ${index}`, whenMs: (predecessor?.whenMs ?? T0) + hours * HOUR },
      applications: { [NAME]: { ...transition, previous: predecessor?.digest } },
    });
    statements.push(statement);
    all.push(signed(statement, approvers));
  }
  return all;
}

function aboutPortal({ statement }: SignedStatement): Transition {
  return statement.applications.get(NAME) ?? assert.fail();
}

/** What DESIGN says of it, in other words than the code's. */
function mayRun(all: readonly SignedStatement[], desired: DesiredState | undefined): boolean {
  if (all.length === 0) return desired === undefined;
  const byDigest = new Map<Digest | undefined, SignedStatement>(all.map((one) => [one.statement.digest, one]));
  const continued = all.map((one) => aboutPortal(one).previous);
  const known = continued.every((one) => one === undefined || byDigest.has(one));
  if (!known || !continued.includes(undefined)) return false;
  // Who comes as late as another says the same.
  const steps = new Map(all.map((one) => [ageOf(one, byDigest), aboutPortal(one).after?.digest]));
  if (!all.every((one) => steps.get(ageOf(one, byDigest)) === aboutPortal(one).after?.digest)) return false;
  const fits = all.every((one) => {
    const { previous, before } = aboutPortal(one);
    const predecessor = byDigest.get(previous);
    if (predecessor === undefined) return before === undefined;
    const isLater = one.statement.whenMs >= predecessor.statement.whenMs;
    return isLater && before?.digest === aboutPortal(predecessor).after?.digest;
  });
  const oldestFirst = all.toSorted((left, right) => ageOf(left, byDigest) - ageOf(right, byDigest));
  const [newest, rival] = oldestFirst.toReversed();
  if (newest !== undefined && rival !== undefined && ageOf(newest, byDigest) === ageOf(rival, byDigest)) return false;
  return fits && newest !== undefined && isApproved(newest) && aboutPortal(newest).after?.digest === desired?.digest;
}

/** How many statements come before it. */
function ageOf(one: SignedStatement, byDigest: ReadonlyMap<Digest | undefined, SignedStatement>): number {
  const predecessor = byDigest.get(aboutPortal(one).previous);
  return predecessor === undefined ? 0 : 1 + ageOf(predecessor, byDigest);
}

function isApproved({ approvals }: SignedStatement): boolean {
  const groups: Readonly<Record<string, readonly string[]>> = {
    "release-managers": [BEN.principal],
    operations: [CAT.principal, DAN.principal],
  };
  const people = approvals
    .map(({ approval }) => approval)
    .filter(({ role, principal }) => groups[role]?.includes(principal));
  return new Set(people.map(({ principal }) => principal)).size >= 2;
}

function decide(statements: readonly SignedStatement[], desired: DesiredState | undefined): readonly string[] {
  return codesOf({ statements, desired: new Map(desired === undefined ? [] : [[NAME, desired]]) });
}

describe("coverage of random chains", () => {
  it("is there where everything fits, and never otherwise, in whatever order the files are read", () => {
    let covered = 0;
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 6 }),
        mostly(fc.constant(-1), stateIndex),
        fc.infiniteStream(fc.nat()),
        (steps, wanted, order) => {
          const all = written(steps);
          const newest = all.at(-1);
          const desired = wanted === -1 && newest !== undefined ? aboutPortal(newest).after : STATES[wanted];
          const shuffled = all.map((one) => [order.next().value, one] as const).toSorted(([a], [b]) => a - b);
          const codes = decide(
            shuffled.map(([, one]) => one),
            desired,
          );
          assert.equal(codes.length === 0, mayRun(all, desired), codes.join());
          if (codes.length === 0 && all.length > 1) covered += 1;
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(covered > 20, `${covered} of them were covered: the test says little`);
  });

  it("is there for a rollback without approvals where what it restores was approved, and never otherwise", () => {
    const outcomes = new Set<string>();
    const tidy = fc.record({
      after: fc.nat({ max: 2 }),
      approvers: fc.oneof(fc.constant(APPROVERS.slice(0, 2)), fc.subarray(APPROVERS)),
    });
    fc.assert(
      fc.property(
        fc.array(tidy, { minLength: 1, maxLength: 5 }),
        fc.nat({ max: 4 }),
        fc.nat({ max: 2 }),
        (steps, back, to) => {
          const all = written(steps.map((one) => ({ ...one, continues: 0, before: "as left", hours: 1 })));
          const restored = all[back % all.length] ?? assert.fail();
          const newest = all.at(-1) ?? assert.fail();
          const after = STATES[to];
          const rollback = statementOf({
            ...{ kind: "rollback", from: undefined, restores: restored.statement.digest },
            ...{ whenMs: newest.statement.whenMs + HOUR, reason: "back" },
            applications: { [NAME]: { before: aboutPortal(newest).after, after, previous: newest.statement.digest } },
          });
          const fits = aboutPortal(restored).after?.digest === after?.digest;
          const expected = [
            ...(isApproved(restored) && fits ? [] : ["not-approved"]),
            ...(fits ? [] : ["wrong-restores"]),
          ];
          assert.deepEqual(decide([...all, signed(rollback, [])], after), expected);
          outcomes.add(expected.join());
        },
      ),
      { numRuns: 300 },
    );
    assert.equal(outcomes.size, 3);
  });
});

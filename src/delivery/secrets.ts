import { accepted, refused, type Outcome, type Place, type Refusal } from "../model/refusal.ts";

/** Plain values by name. */
export type PlainSecrets = Readonly<Record<string, string>>;

interface SecretOwner {
  readonly name: string;
  readonly secretNames: readonly string[];
}

/** The plain secrets of each application, or those that are missing: an empty one is as good as none. */
export function refuseMissingSecrets(
  applications: readonly SecretOwner[],
  secretAt: (application: string, secret: string) => string | undefined,
  placeOf: (application: string, secret: string) => Place,
  stage: string,
): Outcome<ReadonlyMap<string, PlainSecrets>> {
  const refusals: Refusal[] = [];
  const read = applications.map(({ name, secretNames }) => {
    const values = secretNames.map((secret) => {
      const value = secretAt(name, secret) ?? "";
      if (value === "") refusals.push(emptySecret(name, secret, placeOf(name, secret), stage));
      return [secret, value] as const;
    });
    return [name, Object.fromEntries(values)] as const;
  });
  return refusals.length > 0 ? refused(refusals) : accepted(new Map(read));
}

/**
 * In a gated stage the secrets that the engine handed over are those of the stack file. Ciphertexts cannot tell: with
 * another file for its configuration, the engine hands over other values under the same names.
 * @param given what the program got, by key
 * @param written what the engine makes of the stack file itself, by key
 */
export function refuseOtherSecrets(
  given: Readonly<Record<string, string>>,
  written: Readonly<Record<string, string>>,
  file: string,
): readonly Refusal[] {
  const ours = [...new Set([...Object.keys(given), ...Object.keys(written)])].filter((key) =>
    key.startsWith("lockstep:"),
  );
  return ours
    .filter((key) => given[key] !== written[key])
    .map((key) => ({
      code: "configuration-differs",
      place: { file, path: key },
      found: "values that the file does not have (-c or --config-file?)",
      expected: "what the file says, secrets included: the stage is gated",
      action: "run without -c and --config-file, and change the file instead",
    }));
}

function emptySecret(application: string, secret: string, place: Place, stage: string): Refusal {
  return {
    code: "missing-secret",
    place,
    found: `${secret} without a value`,
    expected: `the secret ${secret} of ${application}`,
    action: `pulumi config set --stack ${stage} --secret --path 'lockstep:settings.${application}.secrets.${secret}'`,
  };
}

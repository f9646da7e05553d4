const FACTORS: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1000n,
  m: 1_000_000n,
  "": 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: (10n ** 9n) << 10n,
  Mi: (10n ** 9n) << 20n,
  Gi: (10n ** 9n) << 30n,
  Ti: (10n ** 9n) << 40n,
  Pi: (10n ** 9n) << 50n,
  Ei: (10n ** 9n) << 60n,
};

/** Bounded: 10^(10^9) would keep the pack busy for good. */
const SYNTAX =
  /^([+-]?)([0-9]{1,30})?(?:\.([0-9]{0,30}))?(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?[0-9]{1,2}))?$/;

/**
 * Kubernetes' resource quantity (apimachinery, pkg/api/resource) in billionths, rounded up as there.
 * Undefined where it is none.
 */
export function parseQuantity(value: unknown): bigint | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const parts = SYNTAX.exec(String(value));
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", suffix = "", exponent = "0"] = parts;
  if (whole === "" && fraction === "") return undefined;
  const power = Number(exponent);
  const factor = (FACTORS[suffix] ?? 0n) * 10n ** BigInt(Math.max(power, 0));
  const divisor = 10n ** BigInt(fraction.length + Math.max(-power, 0));
  const amount = (BigInt(whole + fraction) * factor + divisor - 1n) / divisor;
  return sign === "-" ? -amount : amount;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** How long something has been there, in one unit: `54d`. Two years and more in years. */
export function ageText(ms: number): string {
  const unit = UNITS.find(({ fromMs }) => ms >= fromMs);
  return unit === undefined ? "<1m" : `${Math.floor(ms / unit.ms)}${unit.sign}`;
}

const UNITS = [
  { sign: "y", ms: YEAR, fromMs: 2 * YEAR },
  { sign: "d", ms: DAY, fromMs: 2 * DAY },
  { sign: "h", ms: HOUR, fromMs: 2 * HOUR },
  { sign: "m", ms: MINUTE, fromMs: MINUTE },
] as const;

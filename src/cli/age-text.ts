const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** How long something has been there, in one unit: `54d`. Two years and more in years. */
export function ageText(ms: number): string {
  const unit = UNITS.find(({ fromMs }) => ms >= fromMs);
  return unit === undefined ? "0m" : `${Math.floor(ms / unit.ms)}${unit.sign}`;
}

/** The same where there is room for words: `54 days`. */
export function ageInWords(ms: number): string {
  const unit = UNITS.find(({ fromMs }) => ms >= fromMs);
  if (unit === undefined) return "less than a minute";
  const count = Math.floor(ms / unit.ms);
  return `${count} ${unit.word}${count === 1 ? "" : "s"}`;
}

const UNITS = [
  { sign: "y", word: "year", ms: YEAR, fromMs: 2 * YEAR },
  { sign: "d", word: "day", ms: DAY, fromMs: 2 * DAY },
  { sign: "h", word: "hour", ms: HOUR, fromMs: 2 * HOUR },
  { sign: "m", word: "minute", ms: MINUTE, fromMs: MINUTE },
] as const;

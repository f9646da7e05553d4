/** A person or a deployer as a member of a group, for a time. Times are milliseconds since the epoch. */
export interface Membership {
  readonly principal: string;
  readonly sinceMs: number;
  /** Exclusive. */
  readonly untilMs: number | undefined;
}

/** The groups of roles.yaml. */
export type Roles = ReadonlyMap<string, readonly Membership[]>;

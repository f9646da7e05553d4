/** The variable with which a verb tells the program the digest of what it has shown. */
export const PLANNED_VARIABLE = "LOCKSTEP_PLANNED";

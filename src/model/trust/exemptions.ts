/** A rule of the policy pack that is set aside for one object of one application, for a time. */
export interface Exemption {
  readonly rule: string;
  readonly stages: readonly string[];
  readonly application: string;
  /** `<Kind>/<name>` of an object, or absent for all of the application's. */
  readonly object: string | undefined;
  readonly owner: string;
  readonly reason: string;
  readonly expiresMs: number;
}

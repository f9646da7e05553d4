/** What the engine says of a run, as far as it proves what policies did (pulumi, sdk/go/common/apitype/events.go). */
export type EngineEvent =
  /** A resource is about to be looked at. */
  | { readonly kind: "resource"; readonly urn: string; readonly operation: string }
  /** A rule said something. */
  | { readonly kind: "policy"; readonly violation: PolicyEvent }
  /** Which rules of a pack judged a resource; without a urn, the whole stack. */
  | {
      readonly kind: "judged";
      readonly pack: string;
      readonly urn: string | undefined;
      readonly rules: readonly string[];
    }
  | { readonly kind: "error"; readonly urn: string | undefined; readonly message: string }
  /** The end of a preview or an update. */
  | {
      readonly kind: "summary";
      readonly isPreview: boolean;
      readonly result: string;
      readonly packs: readonly string[];
    };

export interface PolicyEvent {
  readonly pack: string;
  readonly rule: string;
  readonly urn: string | undefined;
  /** As the engine treated it: `mandatory` stops the run. */
  readonly level: string;
  readonly message: string;
}

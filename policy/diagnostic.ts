/** What the pack tells the engine about one resource. */
export interface Diagnostic {
  /** The rule's id. */
  readonly policy: string;
  readonly level: "mandatory" | "advisory";
  readonly description: string;
  readonly message: string;
  /** Only where it is not the resource that was asked about. */
  readonly urn?: string;
}

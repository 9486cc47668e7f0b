/** Ends a validation that cannot be finished; caught where the validation began and turned into a value. */
export class Halt extends Error {
  override readonly name = 'Halt'
  readonly reason: HaltReason

  constructor(reason: HaltReason) {
    super(reason.kind)
    this.reason = reason
  }
}

export type HaltReason =
  | { readonly kind: 'circular' }
  /** The schema or the value costs more than a server should spend on somebody's schema. */
  | { readonly kind: 'too-complex' }
  | { readonly kind: 'unresolvable'; readonly detail: string }
  | { readonly kind: 'unsupported-pattern'; readonly pattern: string }

/** A request to somebody outside whom a user has named. Its address, headers and body may hold secrets. */
export interface OutgoingRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** False: any certificate will do. */
  readonly verify: boolean
}

/** What a block says about calls; null where it cannot be used, with the reason. */
export type Prepared =
  | {
      readonly kind: 'prepared'
      readonly requests: readonly OutgoingRequest[]
      /** False: the block itself forbids what the operator may allow. */
      readonly allow_private: boolean
    }
  | { readonly kind: 'refused'; readonly reason: string }

import type { Timestamp } from '@slipway/contract'

/** What job templates, labels and the environment say about an object. */
export interface Named {
  readonly id: string
  readonly name: string
}

export interface UpdatedDeployment extends Named {
  readonly updated: Timestamp | null
}

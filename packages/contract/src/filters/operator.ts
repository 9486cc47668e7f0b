import { Type, type Static } from 'typebox'

/** Joins the parts of one filter; absent means `and_`. */
export const Operator = Type.Enum(['and_', 'or_'])
export type Operator = Static<typeof Operator>

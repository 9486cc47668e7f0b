import { Type } from 'typebox'
import { Default, Integer } from './schema.ts'

/** Both the default and the most that a list returns. */
export const PAGE_LIMIT = 200

/** `pageLimit`: a value out of bounds is answered with one sentence, not with a list of validation errors. */
export const PageLimit = Default(Type.Integer({ pageLimit: PAGE_LIMIT }), PAGE_LIMIT)

export const PageOffset = Default(Integer({ minimum: 0 }), 0)

export const PageNumber = Default(Integer({ minimum: 1 }), 1)

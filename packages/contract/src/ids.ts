import { Type, type Static } from 'typebox'

/** Lower case with hyphens on the way out; upper case or no hyphens are accepted on the way in. */
export const Uuid = Type.String({ format: 'uuid' })
export type Uuid = Static<typeof Uuid>

export const ById = Type.Object({ id: Uuid })
export type ById = Static<typeof ById>

export const ByName = Type.Object({ name: Type.String() })
export type ByName = Static<typeof ByName>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

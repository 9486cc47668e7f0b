import { useState } from 'react'

interface Held<T> {
  readonly rows: readonly T[]
  readonly fresh: number
  readonly show: () => void
}

/** Rows stay where they are while their contents change; new ones wait until they are asked for. */
export function useHeldRows<T extends { readonly id: string }>(key: string, data: readonly T[]): Held<T> {
  const [shown, setShown] = useState<{ readonly key: string; readonly rows: readonly T[] }>({ key, rows: data })
  const isOther = shown.key !== key || shown.rows.length === 0
  if (isOther && (shown.key !== key || data.length > 0)) setShown({ key, rows: data })
  const byId = new Map(data.map((row) => [row.id, row]))
  const rows = isOther ? data : shown.rows.map((row) => byId.get(row.id) ?? row)
  const known = new Set(rows.map(({ id }) => id))
  const fresh = data.filter(({ id }) => !known.has(id)).length
  return { rows, fresh, show: () => setShown({ key, rows: data }) }
}

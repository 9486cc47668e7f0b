import type { WorkPoolResponse } from '@slipway/contract'
import { Icon } from './icon.tsx'

export function PoolStatus({ pool, pill = false }: { readonly pool: WorkPoolResponse; readonly pill?: boolean }) {
  const { kind, word } = statusOf(pool)
  return (
    <span className={`st${pill ? ' pill' : ''}`} data-s={kind}>
      <Icon name={`s-${kind}`} />
      <span className="w">{word}</span>
    </span>
  )
}

function statusOf({ is_paused, status, concurrency_limit, active_slots, type }: WorkPoolResponse) {
  if (is_paused || status === 'PAUSED') return { kind: 'paused', word: 'Paused' }
  if (concurrency_limit !== null && (active_slots ?? 0) >= concurrency_limit)
    return { kind: 'waiting', word: 'At its limit' }
  if (status === 'READY' || type.endsWith(':push')) return { kind: 'done', word: 'Ready' }
  return { kind: 'warn', word: 'No worker' }
}

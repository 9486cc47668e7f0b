/** Long-running operations: not done when they are returned, then a response or an error, for ever. */
import { randomUUID } from 'node:crypto'
import { type JsonObject, textOf } from '../json.ts'
import { GoogleError, notFound } from './errors.ts'
import { listPage, listed } from './paging.ts'
import type { OperationRecord } from './resources.ts'
import { regionOf } from './resources.ts'
import { type Runtime, lookUp, nextSequence } from './runtime.ts'
import { operationView, targetView } from './views.ts'

export interface Operations {
  /** A new operation about a resource. `frozen` is its metadata when the resource is gone already. */
  create(kind: OperationRecord['kind'], target: string, frozen?: JsonObject): OperationRecord
  /** The answer to a request that only wants to be checked: done, and kept nowhere. */
  validated(kind: OperationRecord['kind'], target: string, response: JsonObject): JsonObject
  /** Ends it well. The response is the resource as it is now, or nothing. */
  succeed(name: string, response: JsonObject | null): void
  fail(name: string, error: { readonly code: number; readonly message: string }): void
  /** Operations about a resource that are not done. */
  pendingOf(target: string): readonly OperationRecord[]
  get(request: JsonObject): JsonObject
  list(request: JsonObject): JsonObject
  wait(request: JsonObject): Promise<JsonObject>
  delete(request: JsonObject): JsonObject
}

const KEPT_DONE_OPERATIONS = 20_000
const LONGEST_WAIT_MS = 300_000

export function createOperations(runtime: Runtime): Operations {
  const { state, clock } = runtime
  const waiters = new Map<string, Set<() => void>>()
  const pending = new Map<string, Set<OperationRecord>>()
  for (const operation of Object.values(state.operations)) if (!operation.done) notePending(operation)

  function notePending(operation: OperationRecord): void {
    const set = pending.get(operation.target) ?? new Set()
    pending.set(operation.target, set.add(operation))
  }

  function forgetPending(operation: OperationRecord): void {
    const set = pending.get(operation.target)
    set?.delete(operation)
    if (set?.size === 0) pending.delete(operation.target)
  }

  function settle(name: string, change: (operation: OperationRecord) => void): void {
    const operation = lookUp(state.operations, name)
    if (operation === undefined || operation.done) return
    operation.metadata ??= targetView(state, operation)
    change(operation)
    operation.done = true
    forgetPending(operation)
    runtime.changed()
    for (const wake of waiters.get(name) ?? []) wake()
    waiters.delete(name)
  }

  function get(request: JsonObject): OperationRecord {
    const name = textOf(request, 'name') ?? ''
    const operation = lookUp(state.operations, name)
    if (operation === undefined) throw notFound(name)
    return operation
  }

  const build = (kind: OperationRecord['kind'], target: string, metadata: JsonObject | null): OperationRecord => ({
    name: `${regionOf(target)}/operations/${randomUUID()}`,
    sequence: nextSequence(state),
    kind,
    target,
    create_time: clock.timestamp(),
    done: false,
    metadata,
    response: null,
    error: null,
  })

  return {
    create(kind, target, frozen) {
      const operation = build(kind, target, frozen ?? null)
      state.operations[operation.name] = operation
      notePending(operation)
      if (operation.sequence % 1_000 === 0) forgetOldest(state.operations)
      runtime.changed()
      return operation
    },
    validated: (kind, target, response) =>
      operationView(state, { ...build(kind, target, response), done: true, response }),
    succeed: (name, response) => settle(name, (operation) => (operation.response = response)),
    fail: (name, { code, message }) => settle(name, (operation) => (operation.error = { code, message })),
    pendingOf: (target) => [...(pending.get(target) ?? [])],
    get: (request) => operationView(state, get(request)),

    list(request) {
      const parent = textOf(request, 'name') ?? ''
      const filter = textOf(request, 'filter') ?? ''
      if (filter !== '')
        throw new GoogleError('INVALID_ARGUMENT', 'This emulator lists operations without a filter only.')
      const all = Object.values(state.operations).filter(({ name }) => name.startsWith(`${parent}/operations/`))
      const { items, page } = listPage(all, parent, request)
      return listed(
        'operations',
        items.map((operation) => operationView(state, operation)),
        page,
      )
    },

    async wait(request) {
      const operation = get(request)
      const seconds = Number((textOf(request, 'timeout') ?? '').replace('s', ''))
      const waitMs = Math.min(seconds > 0 ? seconds * 1_000 : LONGEST_WAIT_MS, LONGEST_WAIT_MS)
      if (!operation.done) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(waitMs, resolve)
          const wake = (): void => {
            cancel()
            resolve()
          }
          const set = waiters.get(operation.name) ?? new Set()
          waiters.set(operation.name, set.add(wake))
        })
      }
      return operationView(state, operation)
    },

    delete(request) {
      const operation = get(request)
      delete state.operations[operation.name]
      forgetPending(operation)
      runtime.changed()
      return {}
    },
  }
}

function forgetOldest(operations: Record<string, OperationRecord>): void {
  const done = Object.values(operations).filter((operation) => operation.done)
  for (const { name } of done.slice(0, Math.max(0, done.length - KEPT_DONE_OPERATIONS))) delete operations[name]
}

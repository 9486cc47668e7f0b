import type { Context } from '../context.ts'
import { problem } from '../errors.ts'
import type { Queryable } from '../store/database.ts'
import { insertFlowRunInput, type NewFlowRunInput } from '../store/flow-run-inputs.ts'
import { isUniqueViolation } from '../store/sql-errors.ts'

/** A value that a flow run waits for or that was sent to it. */
export async function storeFlowRunInput(
  ctx: Context,
  db: Queryable,
  input: Omit<NewFlowRunInput, 'id' | 'created'>,
): Promise<void> {
  try {
    const row = await insertFlowRunInput(db, { ...input, id: ctx.ids.uuid(), created: ctx.clock.now() })
    if (row === null) throw problem(404, 'Flow run not found')
  } catch (error) {
    if (isUniqueViolation(error)) throw problem(409, 'A flow run input with this key already exists.')
    throw error
  }
}

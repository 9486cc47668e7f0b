import type { Context } from '../context.ts'
import { addActiveSlots, deleteLeases } from '../store/deployment-slots.ts'
import { deleteTaskRun } from '../store/run-deletion.ts'

/** A task run with its states; slots that it holds are free again. False when there is none. */
export async function removeTaskRun(ctx: Context, workspace_id: string, id: string): Promise<boolean> {
  return await ctx.db.transaction(async (tx) => {
    if (!(await deleteTaskRun(tx, workspace_id, id))) return false
    const gone = await deleteLeases(tx, { id: null, holder_id: id })
    const slots = gone.flatMap((lease) => lease.limit_ids.map((limit_id) => ({ limit_id, slots: -lease.slots })))
    await addActiveSlots(tx, slots, ctx.clock.now())
    return true
  })
}

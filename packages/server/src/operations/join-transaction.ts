import type { Context } from '../context.ts'
import type { Transaction } from '../store/database.ts'

/** A context whose transactions are parts of one that is open: several operations are done together, or not at all. */
export function joinTransaction(ctx: Context, tx: Transaction): Context {
  const unavailable = () => Promise.reject(new Error('Inside a transaction nobody listens and nothing is closed'))
  return {
    ...ctx,
    db: {
      query: (statement) => tx.query(statement),
      transaction: (work) => work(tx),
      listen: unavailable,
      close: unavailable,
    },
  }
}

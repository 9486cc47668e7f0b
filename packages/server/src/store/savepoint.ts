import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

/** Work that may fail without taking the transaction along: what it wrote is taken back, and the error thrown. Not nested. */
export async function withSavepoint<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  await tx.query(sql`savepoint attempt`)
  try {
    const value = await work()
    await tx.query(sql`release savepoint attempt`)
    return value
  } catch (error) {
    await tx.query(sql`rollback to savepoint attempt`)
    throw error
  }
}

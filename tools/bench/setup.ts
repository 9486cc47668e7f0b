// A database with a past: lists are measured over many runs, not over an empty table.
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../packages/server/src/store/embedded.ts'
import { openDatabase } from '../../packages/server/src/store/postgres.ts'
import { sql } from '../../packages/server/src/store/sql.ts'

const PAST_RUNS = 100_000
const FLOWS = 20

/** Inserts completed runs of the last months; the server that owns the folder must be stopped. */
export async function insertPastRuns(dataDir: string): Promise<void> {
  const log = pino({ level: 'warn' })
  const postgres = await startEmbeddedPostgres({ dataDir, log })
  try {
    const db = await openDatabase({ url: postgres.url, applicationName: 'slipway bench', poolSize: 1, log })
    try {
      await db.query(sql`
        insert into flow (id, workspace_id, created, updated, name)
        select gen_random_uuid(), w.id, now(), now(), 'past-' || n
        from workspace w, generate_series(1, ${FLOWS}::integer) n
      `)
      await db.query(sql`
        with past as (
          select gen_random_uuid() as id, gen_random_uuid() as state_id, n, f.id as flow_id, f.workspace_id,
            now() - n * interval '1 minute' as due
          from generate_series(1, ${PAST_RUNS}::integer) n
          join flow f on f.name = 'past-' || (n % ${FLOWS}::integer + 1)
        )
        insert into flow_run (id, workspace_id, created, updated, name, flow_id, parameters, tags, state, state_id,
          state_type, state_name, state_timestamp, run_count, expected_start_time, start_time, end_time, total_run_time)
        select p.id, p.workspace_id, p.due, p.due, 'past-run-' || p.n, p.flow_id, '{"name": "past"}', '{bench}',
          json_build_object('id', p.state_id, 'type', 'COMPLETED', 'name', 'Completed',
            'timestamp', to_char(p.due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'message', null, 'data', null, 'state_details', json_build_object('flow_run_id', p.id)),
          p.state_id, 'COMPLETED', 'Completed', p.due, 1, p.due, p.due, p.due + interval '30 seconds', 30
        from past p
      `)
      await db.query(sql`analyze flow_run`)
    } finally {
      await db.close()
    }
  } finally {
    await postgres.stop()
  }
}

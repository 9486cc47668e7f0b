/**
 * A server that kills itself. Armed by a message, or before it starts by the variable FAULT, it sends SIGKILL to its
 * own process at the given hit of the named probe, first to its embedded PostgreSQL when asked to. It answers a
 * message with `{ armed: true }`; `null` disarms it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLog, loadConfig, type ProbeName, startServer } from '@slipway/server'

export interface Fault {
  readonly probe: ProbeName
  /** 1: the first time after it was armed. */
  readonly hit: number
  readonly with_postgres: boolean
}

const config = loadConfig({ env: process.env, flags: {} })
// Written by the test, which shares the type.
const atStart = JSON.parse(process.env['FAULT'] ?? 'null') as Fault | null
const armed = { fault: atStart, hits: 0 }

function killNow(fault: Fault): void {
  if (fault.with_postgres) {
    const [pid] = readFileSync(join(config.data_dir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGKILL')
  }
  process.kill(process.pid, 'SIGKILL')
}

process.on('message', (fault: Fault | null) => {
  armed.fault = fault
  armed.hits = 0
  process.send?.({ armed: true })
})
// The test is gone: nobody else would end this process.
process.on('disconnect', () => process.exit(0))

const server = await startServer({
  config,
  log: createLog(config, false),
  probe: (name) => {
    const { fault } = armed
    if (fault === null || fault.probe !== name) return
    armed.hits += 1
    if (armed.hits === fault.hit) killNow(fault)
  },
})
process.stdout.write(`${JSON.stringify({ event: 'listening', url: server.url })}\n`)
process.on('SIGTERM', () => {
  server.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})

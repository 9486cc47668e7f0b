import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export interface CliProcess {
  readonly child: ChildProcess
  /** The first line of stdout; rejects when the command ends without one. */
  readonly firstLine: Promise<string>
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>
}

/** The real command in a process of its own, on this Node. Settings of the caller's environment do not reach it. */
export function spawnCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliProcess {
  const main = join(import.meta.dirname, '..', 'main.ts')
  const child = spawn(process.execPath, ['--conditions=source', main, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  const first = Promise.withResolvers<string>()
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    const end = out.indexOf('\n')
    if (end >= 0) first.resolve(out.slice(0, end))
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      first.reject(new Error(`slipway ended with ${code} before it printed a line: ${err}`))
      resolve({ code, out, err })
    })
  })
  // Who only waits for the end has no use for the first line.
  first.promise.catch(() => undefined)
  return { child, firstLine: first.promise, ended }
}

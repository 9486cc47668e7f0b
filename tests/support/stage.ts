import { readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { CloudRunEmulatorOptions } from '@slipway/emulators'
import { findPostmaster, removeAbandoned, testFolder } from '@slipway/server/testing'
import { type Emulator, startEmulator } from './emulator.ts'
import { eventually } from './eventually.ts'
import { type Slipway, type SlipwayOptions, startSlipway } from './slipway.ts'

export interface Stage {
  /** A data folder for servers; what uses it at the end is ended, and it is removed. */
  dataDir(): Promise<string>
  /** On a folder and a port of its own unless the options name them. */
  slipway(options?: Partial<SlipwayOptions>): Promise<Slipway>
  emulator(options?: CloudRunEmulatorOptions): Promise<Emulator>
  /** Ends everything that was started here. */
  close(): Promise<void>
}

/** What one test file starts: nothing of it outlives the file, nor a test run that is interrupted. */
export function createStage(): Stage {
  const folders: string[] = []
  const servers: Slipway[] = []
  const emulators: Emulator[] = []
  const killServers = () => {
    for (const { child } of servers) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  }
  process.on('exit', killServers)
  const dataDir = async () => {
    await removeAbandoned()
    const folder = await testFolder('system')
    folders.push(folder)
    return join(folder, 'data')
  }
  return {
    dataDir,
    async slipway(options = {}) {
      const server = await startSlipway({
        ...options,
        dataDir: options.dataDir ?? (await dataDir()),
        port: options.port ?? (await freePort()),
      })
      servers.push(server)
      return server
    },
    async emulator(options = {}) {
      const emulator = await startEmulator(options)
      emulators.push(emulator)
      return emulator
    },
    async close() {
      killServers()
      process.off('exit', killServers)
      await Promise.all(servers.map(({ exited }) => exited))
      await Promise.all(emulators.map((emulator) => emulator.close()))
      for (const folder of folders) {
        await endPostgres(join(folder, 'data'))
        await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
      }
    },
  }
}

/** The PostgreSQL of a data folder outlives a killed server on purpose; this ends it. */
async function endPostgres(dataDir: string): Promise<void> {
  const running = await postmasterOf(dataDir)
  if (running === null) return
  process.kill(running.pid, 'SIGQUIT')
  await eventually(async () => (await postmasterOf(dataDir)) === null, { what: `PostgreSQL ${running.pid} to end` })
}

/** The running PostgreSQL of a server's data folder. */
export async function postmasterOf(dataDir: string): Promise<{ readonly pid: number; readonly port: number } | null> {
  return await findPostmaster(join(dataDir, 'postgres'))
}

/** Of the embedded PostgreSQL that a server of this data folder runs. */
export async function embeddedUrl(dataDir: string): Promise<string> {
  const password = await readFile(join(dataDir, 'postgres', 'slipway-password'), 'utf8')
  const running = await postmasterOf(dataDir)
  if (running === null) throw new Error(`No PostgreSQL runs on ${dataDir}`)
  return `postgresql://slipway:${password.trim()}@127.0.0.1:${running.port}/postgres`
}

/** Free now, and kept by whoever asked: a server that is started again has the same address. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const address = server.address()
  await new Promise<void>((settle) => server.close(() => settle()))
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port')
  return address.port
}

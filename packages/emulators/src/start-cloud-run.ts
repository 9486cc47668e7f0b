import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { type EmulatorState, emptyState } from './cloud-run/resources.ts'
import { createCloudRun } from './cloud-run/server.ts'
import { createContainerEngine } from './container-engine.ts'
import { createControl } from './control.ts'
import { type ContainerEngine, type EngineName, createNoEngine } from './engine.ts'
import { listen } from './http.ts'
import { isObject } from './json.ts'
import { createProcessEngine } from './process-runner.ts'
import { openStateFile, readStateFile } from './state-file.ts'

export interface CloudRunEmulatorOptions {
  /** 0 or absent: any free port. */
  readonly port?: number
  readonly controlPort?: number
  readonly host?: '127.0.0.1'
  /** Where jobs, executions and accounts survive a restart; absent: nowhere. */
  readonly stateDir?: string
  readonly engine?: EngineName
  /** Off for clients that cannot send credentials over plain HTTP. */
  readonly auth?: 'on' | 'off'
  /** Absent: every project exists. */
  readonly projects?: Readonly<
    Record<string, { readonly project_number?: string; readonly disabled_services?: readonly string[] }>
  >
  readonly log?: (line: string) => void
  /** Folders that containers find commands in, before those of the emulator's own PATH. */
  readonly env?: { readonly PATH?: string }
}

export interface CloudRunEmulator {
  /** The API's address, without a path. */
  readonly url: string
  /** The control port's address, without a path. */
  readonly controlUrl: string
  /** Stops what runs, writes the state and frees the ports. */
  close(): Promise<void>
}

/** A strict emulator of Google Cloud Run's jobs, on loopback only. */
export async function startCloudRunEmulator(options: CloudRunEmulatorOptions = {}): Promise<CloudRunEmulator> {
  if (options.stateDir !== undefined) return await startIn(resolve(options.stateDir), options)
  const homeDir = await mkdtemp(join(tmpdir(), 'slipway-cloud-run-'))
  const discard = async () => await rm(homeDir, { recursive: true, force: true })
  try {
    const emulator = await startIn(homeDir, options)
    return {
      ...emulator,
      async close() {
        try {
          await emulator.close()
        } finally {
          await discard()
        }
      },
    }
  } catch (error) {
    await discard()
    throw error
  }
}

async function startIn(homeDir: string, options: CloudRunEmulatorOptions): Promise<CloudRunEmulator> {
  const { host = '127.0.0.1', port = 0, controlPort = 0, stateDir } = options
  const engine = await createEngine(options, join(homeDir, 'work'))
  const statePath = join(homeDir, 'cloud-run.json')
  const state = stateDir === undefined ? emptyState() : await loadState(statePath)
  if (options.auth !== undefined) state.settings.auth = options.auth
  for (const [project_id, { project_number, disabled_services }] of Object.entries(options.projects ?? {})) {
    state.projects[project_id] = {
      project_number: project_number ?? '123456789012',
      disabled_services: disabled_services ?? [],
    }
  }
  const stateFile = stateDir === undefined ? null : await openStateFile(statePath, () => state)
  const cloudRun = createCloudRun({
    state,
    engine,
    changed: () => stateFile?.changed(),
    log: options.log ?? (() => undefined),
  })
  await cloudRun.recover()

  const api = await listen({ host, port }, (request) => cloudRun.handle(request))
  const control = await listen({ host, port: controlPort }, createControl(cloudRun)).catch(async (error: unknown) => {
    await api.close()
    throw error
  })

  return {
    url: api.url,
    controlUrl: control.url,
    async close() {
      await Promise.all([api.close(), control.close()])
      await cloudRun.close()
      await stateFile?.close()
    },
  }
}

async function createEngine(options: CloudRunEmulatorOptions, workDir: string): Promise<ContainerEngine> {
  const { engine = 'process' } = options
  if (engine === 'none') return createNoEngine()
  if (engine !== 'process') return createContainerEngine(engine, workDir)
  // Folders of containers that a killed emulator left behind.
  await rm(workDir, { recursive: true, force: true })
  await mkdir(workDir, { recursive: true, mode: 0o700 })
  const path = [options.env?.PATH, process.env['PATH']]
    .filter((part) => part !== undefined && part !== '')
    .join(delimiter)
  return createProcessEngine({ path, workDir })
}

async function loadState(path: string): Promise<EmulatorState> {
  const stored = await readStateFile(path)
  const fresh = emptyState()
  if (!isObject(stored)) return fresh
  // The file was written by this program from the same type; a newer version's settings get their defaults.
  const known = stored as unknown as EmulatorState
  return { ...fresh, ...known, settings: { ...fresh.settings, ...known.settings } }
}

/**
 * Keeps state in one JSON file. Written to a neighbour first and renamed, so that a reader finds the old or the new
 * file, never half of one. Changes are gathered: a killed emulator may lose the last tenth of a second.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface StateFile {
  /** The state has changed; it will be written soon. */
  changed(): void
  /** Writes what has not been written yet. */
  close(): Promise<void>
}

const GATHER_MS = 100
/** A write may take at most this share of the time, however large the state has become. */
const PAUSE_FACTOR = 10

export async function readStateFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Error(`The emulator's state in ${path} cannot be read; delete the file to start afresh`, { cause: error })
  }
}

export async function openStateFile(path: string, snapshot: () => unknown): Promise<StateFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  let isDirty = false
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let pauseMs = GATHER_MS

  async function write(): Promise<void> {
    isDirty = false
    const started = performance.now()
    const text = JSON.stringify(snapshot())
    // Environment values of containers and secrets are in it.
    await writeFile(`${path}.new`, text, { mode: 0o600 })
    await rename(`${path}.new`, path)
    pauseMs = Math.max(GATHER_MS, (performance.now() - started) * PAUSE_FACTOR)
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      writing = writing.then(write)
      writing.then(
        () => isDirty && schedule(),
        () => undefined, // reported by close, which awaits the same promise
      )
    }, pauseMs)
  }

  return {
    changed() {
      isDirty = true
      schedule()
    },
    async close() {
      clearTimeout(timer)
      await writing
      if (isDirty) await write()
    },
  }
}

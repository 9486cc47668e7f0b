import { readFile } from 'node:fs/promises'

/** What `getconf CLK_TCK` says on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** CPU time of a process so far; null where there is no /proc. */
export async function cpuMicros(pid: number): Promise<number | null> {
  const text = await readProc(pid, 'stat')
  return text === null ? null : parseCpuMicros(text)
}

/** User and system time. The name before them may hold anything, so fields are counted from its closing bracket. */
export function parseCpuMicros(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000_000
}

/** Resident memory in MiB; null where there is no /proc. */
export async function residentMib(pid: number): Promise<number | null> {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec((await readProc(pid, 'status')) ?? '')?.[1]
  return kib === undefined ? null : Number(kib) / 1_024
}

async function readProc(pid: number, file: string): Promise<string | null> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

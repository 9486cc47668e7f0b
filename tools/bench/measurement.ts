/** One line of output; what does not apply is left out. */
export interface Measurement {
  readonly name: string
  readonly n: number
  readonly per_second?: number
  readonly rows_per_second?: number
  readonly p50_ms?: number
  readonly p99_ms?: number
  readonly value?: number
  readonly unit?: string
  /** CPU time that the server process (without its PostgreSQL) took for each of n; where the system tells. */
  readonly cpu_us?: number
}

/** The smallest sample that `share` of all samples do not exceed. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export function latencies(samplesMs: readonly number[]): { readonly p50_ms: number; readonly p99_ms: number } {
  return { p50_ms: rounded(percentile(samplesMs, 0.5)), p99_ms: rounded(percentile(samplesMs, 0.99)) }
}

/** Three digits after the point below ten, fewer above: more would be noise. */
export function rounded(value: number): number {
  const digits = Math.abs(value) < 10 ? 3 : Math.abs(value) < 1_000 ? 1 : 0
  return Number(value.toFixed(digits))
}

/** Names are chosen whole or by their beginning: `api` and `api.logs` choose `api.logs.c16`. */
export function isChosen(name: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((want) => name === want || name.startsWith(`${want}.`))
}

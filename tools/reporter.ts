import { existsSync, readFileSync } from 'node:fs'
import { type Counts, NOTHING, add } from './counts.ts'

/** What is read of the file that vitest's JSON reporter writes. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

export interface StageReport {
  readonly counts: Counts
  readonly files: number
  readonly skippedNames: readonly string[]
}

const KINDS: Readonly<Record<string, keyof Counts>> = { passed: 'passed', failed: 'failed' }

/**
 * Counts what vitest wrote. A file that could not even be loaded holds no test, yet is a failure; so is a run
 * that exited with an error although every test passed (an unhandled rejection, a failed tear-down).
 */
export function readReport(file: string, exitCode: number): StageReport {
  if (!existsSync(file)) return { counts: { ...NOTHING, failed: 1 }, files: 0, skippedNames: [] }
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport // written a moment ago by the pinned vitest
  let counts = NOTHING
  const skippedNames: string[] = []
  for (const result of report.testResults) {
    if (result.status === 'failed' && !result.assertionResults.some(({ status }) => status === 'failed')) {
      counts = add(counts, { failed: 1 })
    }
    for (const test of result.assertionResults) {
      const kind = KINDS[test.status] ?? 'skipped'
      counts = add(counts, { [kind]: 1 })
      if (kind === 'skipped') skippedNames.push(`${test.fullName} (${result.name})`)
    }
  }
  const files = report.testResults.length
  if (exitCode !== 0 && counts.failed === 0 && files > 0) counts = add(counts, { failed: 1 })
  return { counts, files, skippedNames }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NOTHING, add, closingLine } from './counts.ts'
import { readReport } from './reporter.ts'

function report(files: readonly { name: string; status: string; tests: readonly string[] }[], exitCode: number) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-report-'))
  try {
    const path = join(folder, 'report.json')
    const testResults = files.map(({ name, status, tests }) => ({
      name,
      status,
      assertionResults: tests.map((kind, index) => ({ status: kind, fullName: `test ${index}` })),
    }))
    writeFileSync(path, JSON.stringify({ testResults }))
    return readReport(path, exitCode)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('tests are counted by what became of them; one that is only planned counts as skipped', () => {
  const { counts, skippedNames } = report(
    [{ name: 'a', status: 'failed', tests: ['passed', 'failed', 'skipped', 'todo'] }],
    1,
  )
  expect(counts).toEqual({ passed: 1, failed: 1, skipped: 2 })
  expect(skippedNames).toEqual(['test 2 (a)', 'test 3 (a)'])
})

test('a file that cannot be loaded is a failure although it holds no test', () => {
  expect(report([{ name: 'a', status: 'failed', tests: [] }], 1).counts).toEqual({ ...NOTHING, failed: 1 })
})

test('a run that ends with an error is a failure although every test passed', () => {
  expect(report([{ name: 'a', status: 'passed', tests: ['passed'] }], 1).counts).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  })
})

test('a run without a report is a failure', () => {
  expect(readReport(join(tmpdir(), 'slipway-no-such-report.json'), 0).counts).toEqual({ ...NOTHING, failed: 1 })
})

test('the closing line has the form that other programs read', () => {
  expect(closingLine(add(add(NOTHING, { passed: 2 }), { skipped: 1 }))).toBe('2 passed, 0 failed, 1 skipped')
})

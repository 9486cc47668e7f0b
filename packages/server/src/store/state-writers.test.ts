import { readFileSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '..')
const COLUMNS = /\bstate(?:_id|_type|_name|_timestamp)?\s*=(?!=)/

/** The assignments of each `update flow_run`, by the file that it stands in. */
function flowRunUpdates(): readonly { readonly file: string; readonly assignments: string }[] {
  const files = globSync('**/*.ts', { cwd: source }).filter((file) => !file.endsWith('.test.ts'))
  return files.flatMap((file) =>
    [
      ...readFileSync(join(source, file), 'utf8').matchAll(
        /update flow_run r?\s*set([\s\S]*?)(?:\bfrom\b|\bwhere\b|`)/g,
      ),
    ].map((match) => ({ file, assignments: match[1] ?? '' })),
  )
}

test('one statement changes the state of flow runs: every change passes the rules', () => {
  const updates = flowRunUpdates()
  expect(updates.length).toBeGreaterThan(3)
  const writers = updates.filter(({ assignments }) => COLUMNS.test(assignments))
  expect(writers.map(({ file }) => file)).toEqual(['store/flow-runs.ts'])
})

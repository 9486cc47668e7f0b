import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the example of the README runs as it stands', async () => {
  const directory = `${import.meta.dirname}/..`
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(await readFile(`${directory}/README.md`, 'utf8')) ?? []
  const main = example.replace('if (import.meta.main) ', '')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=source', '--input-type=module-typescript', '--eval', main],
    { cwd: directory, env: { PATH: process.env['PATH'] } },
  )
  expect(stdout).toContain("Task run 'measure-1' - measuring way")
  expect(stdout).toMatch(/Flow run 'hello-[0-9a-f]{4}' - run hello-[0-9a-f]{4}: 7 letters/)
})

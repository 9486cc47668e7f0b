import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

interface End {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function demo(...args: readonly string[]): Promise<End> {
  return new Promise((settle) => {
    const script = ['--conditions=source', join(root, 'tools/demo.ts'), ...args]
    execFile(process.execPath, script, { cwd: root, timeout: 150_000 }, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}

test('the demo pushes a TypeScript flow, sees it Completed by one process, and ends with its figures', async () => {
  const { code, stdout, stderr } = await demo('--once')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
    flow_run_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    state: 'Completed',
    due_to_provider_call_ms: expect.any(Number),
    due_to_running_ms: expect.any(Number),
  })
  expect(stdout).toContain('Hello, Slipway! (12 letters)')
  expect(stdout).toContain('make-greeting-0 (Completed), count-letters-0 (Completed)')
})

test('an option that the demo does not know is told, with those that it knows', async () => {
  const { code, stderr } = await demo('--twice')
  expect(code).toBe(2)
  expect(stderr).toContain("Unknown option '--twice'")
  expect(stderr).toContain('--once')
})

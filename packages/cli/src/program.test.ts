import { expect, test } from 'vitest'
import { EXIT } from './exit-codes.ts'
import { runCommandLine } from './program.ts'
import { recordingTerminal } from './testing/recording-terminal.ts'

async function run(...args: string[]) {
  const terminal = recordingTerminal()
  const code = await runCommandLine(args, terminal)
  return { code, out: terminal.outText(), err: terminal.errText() }
}

test('help and version go to stdout and succeed', async () => {
  const help = await run('--help')
  expect(help).toMatchObject({ code: EXIT.ok, err: '' })
  expect(help.out).toContain('server')
  expect(await run('--version')).toMatchObject({ code: EXIT.ok, out: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
  expect((await run('help', 'server', 'start')).out).toContain('--data-dir')
  expect((await run('help', 'exit-codes')).out).toContain('130  interrupted')
})

test('version as JSON is one line', async () => {
  const { out } = await run('version', '--json')
  expect(JSON.parse(out)).toMatchObject({ version: expect.any(String), node: process.versions.node })
})

test.for([
  ['an unknown command', ['sever'], '(Did you mean server?)'],
  ['an unknown option', ['server', 'start', '--prot', '1'], '(Did you mean --port?)'],
  ['a port that is none', ['emulator', 'start', '--port', '70000'], 'Write a port number from 0 to 65535.'],
  ['an engine that is none', ['emulator', 'start', '--engine', 'lxc'], 'Allowed choices are process, none'],
  ['a noun without a verb', ['server'], 'Usage: slipway server'],
  ['an unknown topic', ['help', 'nope'], "no command or topic 'nope'"],
] as const)('%s is a usage error that says what is right', async ([, args, message]) => {
  const { code, out, err } = await run(...args)
  expect(code).toBe(EXIT.usage)
  expect(out).toBe('')
  expect(err).toContain(message)
})

test('with --json a usage error is one line of JSON', async () => {
  const { code, out, err } = await run('server', 'start', '--prot', '1', '--json')
  expect({ code, out }).toEqual({ code: EXIT.usage, out: '' })
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'usage', exit_code: EXIT.usage } })
})

test('settings are explained with their sources, and a wrong one is one line', async () => {
  const { code, out } = await run('config', 'explain', '--port', '4300', '-o', 'jsonl')
  expect(code).toBe(EXIT.ok)
  const settings = out.split('\n').map((line): unknown => JSON.parse(line))
  expect(settings).toContainEqual(expect.objectContaining({ name: 'port', value: 4300, source: 'flag' }))
  expect(await run('config', 'explain', '--port', 'x')).toEqual({
    code: EXIT.failed,
    out: '',
    err: 'error: --port ("x"): write a whole number from 0 to 65535.',
  })
  const asJson = await run('config', 'explain', '--port', 'x', '--json')
  expect(JSON.parse(asJson.err)).toMatchObject({ error: { code: 'config', exit_code: EXIT.failed } })
})

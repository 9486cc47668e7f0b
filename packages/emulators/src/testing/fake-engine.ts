/** Stands in for podman's command line in tests: `fake-engine.ts DIR VERB …` keeps a container as a file in DIR. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const [dir = '', verb = '', ...args] = process.argv.slice(2)

function create(): number {
  const text = { type: 'string' } as const
  const several = { type: 'string', multiple: true } as const
  // What follows the image belongs to the container, dashes or not.
  const image = args.findIndex((arg, index) => !arg.startsWith('-') && args[index - 1]?.startsWith('--') !== true)
  const { values } = parseArgs({
    args: args.slice(0, image),
    options: {
      name: text,
      label: text,
      network: text,
      entrypoint: text,
      workdir: text,
      'env-file': text,
      env: several,
    },
  })
  if (args[image] === 'missing:1') {
    process.stderr.write(`Trying to pull missing:1...\nError: initializing source missing:1: no such image\n`)
    return 125
  }
  const lines = readFileSync(values['env-file'] ?? '', 'utf8').split('\n')
  const pairs = [...lines.filter((line) => line !== ''), ...(values.env ?? [])]
  const env = Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
  const container = { command: [values.entrypoint, ...args.slice(image + 1)], env }
  writeFileSync(join(dir, `${values.name ?? ''}.json`), JSON.stringify(container))
  return 0
}

function start(): number {
  const stored = JSON.parse(readFileSync(join(dir, `${args[1] ?? ''}.json`), 'utf8')) as {
    readonly command: readonly string[]
    readonly env: Readonly<Record<string, string>>
  } // written by `create`
  const [file = '', ...words] = stored.command
  return spawnSync(file, words, { env: { PATH: process.env['PATH'], ...stored.env }, stdio: 'inherit' }).status ?? 137
}

if (verb === 'create') process.exitCode = create()
if (verb === 'start') process.exitCode = start()
if (verb === 'rm') rmSync(join(dir, `${args[1] ?? ''}.json`), { force: true })

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Migration {
  /** The file's name: `NNNN-name.sql`. */
  readonly name: string
  readonly text: string
  readonly sha256: string
  /** Whether servers of the version before cannot work with the schema after it: a line `-- breaking` says so. */
  readonly breaking: boolean
}

const NAME = /^(\d{4})-[a-z0-9-]+\.sql$/
/** Each file is one transaction already; these would end it half way. */
const TRANSACTION_CONTROL = /^\s*(?:begin|commit|rollback|start\s+transaction)\s*;/im

/** In the order of their numbers; a wrong name or a number given twice is a bug of this version. */
export async function readMigrations(dir: string): Promise<readonly Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort()
  const numbers = new Map<string, string>()
  for (const name of names) {
    const number = NAME.exec(name)?.[1]
    if (number === undefined) throw new Error(`The migration ${name} is not called NNNN-name.sql`)
    const other = numbers.get(number)
    if (other !== undefined) throw new Error(`The migrations ${other} and ${name} have the same number`)
    numbers.set(number, name)
  }
  return await Promise.all(names.map((name) => readMigration(dir, name)))
}

async function readMigration(dir: string, name: string): Promise<Migration> {
  // Line ends may differ between check-outs of the same file.
  const text = (await readFile(join(dir, name), 'utf8')).replaceAll('\r\n', '\n')
  if (TRANSACTION_CONTROL.test(text)) throw new Error(`The migration ${name} must not begin or end transactions`)
  return { name, text, sha256: createHash('sha256').update(text).digest('hex'), breaking: /^-- breaking\b/m.test(text) }
}

/**
 * Writes the generated files, or with --check tells which of them are out of date.
 *   node --conditions=source tools/generate.ts [--check] [part…]
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openMigratedCatalog, type Catalog } from './generate-catalog.ts'
import { renderOpenApiFile } from './generate-openapi.ts'
import { renderRows } from './generate-rows.ts'
import { renderSchema } from './generate-schema.ts'

interface Part {
  readonly file: string
  /** The whole file. The catalog is opened when a part asks for it. */
  render(sources: { readonly catalog: () => Promise<Catalog> }): Promise<string>
}

const ROOT = resolve(import.meta.dirname, '..')

const PARTS: Readonly<Record<string, Part>> = {
  rows: {
    file: 'packages/server/src/store/rows.ts',
    render: async ({ catalog }) => renderRows(await (await catalog()).columns()),
  },
  schema: {
    file: 'packages/server/src/store/schema.sql',
    render: async ({ catalog }) => renderSchema(await (await catalog()).schema()),
  },
  openapi: {
    file: 'docs/reference/openapi.json',
    render: () => Promise.resolve(renderOpenApiFile()),
  },
}

async function main(args: readonly string[]): Promise<number> {
  const check = args.includes('--check')
  const asked = args.filter((arg) => arg !== '--check')
  const unknown = asked.filter((name) => PARTS[name] === undefined)
  if (unknown.length > 0) {
    console.error(`Unknown part: ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`)
    return 2
  }
  const parts = Object.entries(PARTS).filter(([name]) => asked.length === 0 || asked.includes(name))
  const stale = await staleFiles(parts.map(([, part]) => part))
  if (check && stale.length > 0) {
    console.error(
      `Out of date: ${stale.map(({ file }) => file).join(', ')}. Run "npm run generated" and commit the result.`,
    )
    return 1
  }
  for (const { file, text } of stale) {
    await writeFile(resolve(ROOT, file), text)
    console.log(`${file} written`)
  }
  return 0
}

async function staleFiles(
  parts: readonly Part[],
): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const opened: Promise<Catalog>[] = []
  const catalog = () => {
    opened[0] ??= openMigratedCatalog(ROOT)
    return opened[0]
  }
  const stale = []
  try {
    for (const part of parts) {
      const { file } = part
      const text = await part.render({ catalog })
      if (text !== (await readFile(resolve(ROOT, file), 'utf8').catch(() => null))) stale.push({ file, text })
    }
  } finally {
    for (const one of opened) await (await one).close()
  }
  return stale
}

process.exitCode = await main(process.argv.slice(2))

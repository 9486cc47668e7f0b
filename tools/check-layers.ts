// Who may import whom (the table is in layer-rules.ts). Prints every violation as file:line and why the rule is there.
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { repositoryRoot } from './command.ts'
import { checkCoverage, checkModule } from './layer-rules.ts'
import { readSource } from './source-facts.ts'

/** Fewer means that the search itself is broken. Raise it when the tree has grown far past it. */
const LEAST_MODULES = 200

function main(): void {
  const patterns = ['packages/*/src/**/*.{ts,tsx}', 'tools/**/*.ts', 'tests/**/*.ts']
  const paths = globSync(patterns, { cwd: repositoryRoot, exclude: ['**/node_modules/**', '**/dist/**'] })
    .map((path) => path.split(sep).join('/'))
    .toSorted()
  const modules = paths.map((path) => readSource(path, readFileSync(join(repositoryRoot, path), 'utf8')))
  const lines = [
    ...modules.flatMap(checkModule).map(({ path, line, message }) => `${path}:${line}  ${message}`),
    ...checkCoverage(paths, LEAST_MODULES),
  ]
  for (const line of lines) console.log(line)
  console.log(`${paths.length} modules, ${lines.length} violations`)
  if (lines.length > 0) process.exitCode = 1
}

main()

import type { SchemaError } from './keyword.ts'

/** What is wrong at a property or an item, and inside of it; a text is about the whole. */
export type ErrorTree = string | ErrorBranch

interface ErrorBranch {
  readonly property?: string
  readonly index?: number
  readonly errors: ErrorTree[]
}

const REQUIRED = /^'(.*)' is a required property$/s

/** Errors sorted to where a form shows them: a property that is missing is told at the property. */
export function errorTree(errors: readonly SchemaError[]): ErrorTree[] {
  const root: ErrorTree[] = []
  for (const error of errors) {
    const message = error.message()
    const missing = error.keyword === 'required' ? REQUIRED.exec(message)?.[1] : undefined
    const path = missing === undefined ? error.path : [...error.path, missing]
    let level = root
    for (const part of path) level = branchOf(level, part).errors
    level.push(message)
  }
  return root
}

function branchOf(level: ErrorTree[], part: string | number): ErrorBranch {
  const key = typeof part === 'number' ? 'index' : 'property'
  for (const each of level) if (typeof each === 'object' && each[key] === part) return each
  const branch: ErrorBranch = { [key]: part, errors: [] }
  level.push(branch)
  return branch
}

import { type Node, Visitor, parseSync } from 'oxc-parser'

export interface Import {
  readonly specifier: string
  readonly line: number
  /** `type` leaves nothing behind at run time; `lazy` is `import()`. An inline `{ type X }` still loads the module. */
  readonly kind: 'type' | 'static' | 'lazy'
  readonly names: readonly string[]
}

/** What the layer check wants to know about one file. */
export interface SourceFacts {
  /** What the parser said of a file that it could not read; the rest is then worth nothing. */
  readonly syntaxError: string | null
  /** Relative to the repository, with forward slashes. */
  readonly path: string
  readonly imports: readonly Import[]
  /** Lines with `process.env` in any spelling. */
  readonly environment: readonly number[]
  /** Lines with a template tagged `sql`. */
  readonly sql: readonly number[]
  /** Lines with a use of `console`. */
  readonly console: readonly number[]
  /** Lines with a `let` or `var` outside every function. */
  readonly moduleVariables: readonly number[]
  /** Lines that switch a lint rule off without saying why. */
  readonly silentDisables: readonly number[]
}

function isIdentifier(node: Node | null, name: string): boolean {
  return node?.type === 'Identifier' && node.name === name
}

const WITH_REASON = /\s--\s+\S/

export function readSource(path: string, text: string): SourceFacts {
  const parsed = parseSync(path, text)
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const lineOf = ({ start }: { start: number }) => starts.findLastIndex((offset) => offset <= start) + 1

  const imports: Import[] = []
  const environment: number[] = []
  const sql: number[] = []
  const uses: number[] = []
  new Visitor({
    ImportDeclaration(node) {
      const names = node.specifiers.flatMap((specifier) =>
        specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier'
          ? [specifier.imported.name]
          : [],
      )
      const kind = node.importKind === 'type' ? 'type' : 'static'
      imports.push({ specifier: node.source.value, line: lineOf(node), kind, names })
      const takesEnv = node.source.value === 'node:process' || node.source.value === 'process'
      if (takesEnv && names.includes('env')) environment.push(lineOf(node))
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return
      const kind = node.exportKind === 'type' ? 'type' : 'static'
      imports.push({ specifier: node.source.value, line: lineOf(node), kind, names: [] })
    },
    ExportAllDeclaration(node) {
      const kind = node.exportKind === 'type' ? 'type' : 'static'
      imports.push({ specifier: node.source.value, line: lineOf(node), kind, names: [] })
    },
    ImportExpression(node) {
      if (node.source.type !== 'Literal' || typeof node.source.value !== 'string') return
      imports.push({ specifier: node.source.value, line: lineOf(node), kind: 'lazy', names: [] })
    },
    TSImportType(node) {
      imports.push({ specifier: node.source.value, line: lineOf(node), kind: 'type', names: [] })
    },
    MemberExpression(node) {
      const reads =
        node.property.type === 'Literal' ? node.property.value === 'env' : isIdentifier(node.property, 'env')
      if (reads && isIdentifier(node.object, 'process')) environment.push(lineOf(node))
      if (isIdentifier(node.object, 'console')) uses.push(lineOf(node))
    },
    VariableDeclarator(node) {
      if (node.id.type !== 'ObjectPattern' || !isIdentifier(node.init, 'process')) return
      const takesEnv = node.id.properties.some((entry) => entry.type === 'Property' && isIdentifier(entry.key, 'env'))
      if (takesEnv) environment.push(lineOf(node))
    },
    TaggedTemplateExpression(node) {
      if (isIdentifier(node.tag, 'sql')) sql.push(lineOf(node))
    },
  }).visit(parsed.program)

  const moduleVariables = parsed.program.body.flatMap((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    const isVariable =
      declared?.type === 'VariableDeclaration' && declared.kind !== 'const' && declared.declare !== true
    return isVariable ? [lineOf(declared)] : []
  })
  const silentDisables = parsed.comments
    .filter(({ value }) => /\b(oxlint|eslint)-disable/.test(value) && !WITH_REASON.test(value))
    .map(lineOf)
  const syntaxError = parsed.errors[0]?.message ?? null
  return { path, syntaxError, imports, environment, sql, console: uses, moduleVariables, silentDisables }
}

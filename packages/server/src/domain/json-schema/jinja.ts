import * as library from '@huggingface/jinja'
import { toPlain } from '@slipway/contract'
import type { JsonObject } from './plain.ts'

/**
 * Renders a user's template with a bounded subset of Jinja: expressions, filters, tests, `if`, and `for` over short
 * lists (at most 10 loops, two deep, `range` up to 100). No macros, no `set`, no calls but `range`, nothing that lets a
 * short template grow into a long text. The interpreter walks a syntax tree over its own values, so a template can
 * reach neither JavaScript nor the clock.
 */
export type Rendered =
  | { readonly kind: 'rendered'; readonly text: string }
  | { readonly kind: 'failed'; readonly message: string }

/** The package's own declarations do not resolve under `nodenext` (relative imports without an extension). */
interface JinjaLibrary {
  readonly tokenize: (source: string) => unknown
  readonly parse: (tokens: unknown) => unknown
  readonly Environment: new () => { set(name: string, value: unknown): void }
  readonly Interpreter: new (environment: unknown) => { run(program: unknown): { readonly value: unknown } }
}

export function renderJinja(template: string, context: JsonObject): Rendered {
  if (!template.includes('{{') && !template.includes('{%')) return { kind: 'rendered', text: template }
  if (template.length > LONGEST_TEMPLATE) return failed(`a template may have at most ${LONGEST_TEMPLATE} characters`)
  const { Environment, Interpreter, parse, tokenize } = library as unknown as JinjaLibrary
  try {
    const program = parse(tokenize(template))
    const complaint = findComplaint(program)
    if (complaint !== null) return failed(complaint)
    followLinks(program)
    const environment = new Environment()
    environment.set('range', shortRange)
    for (const [name, value] of CONSTANTS) environment.set(name, value)
    for (const [key, value] of Object.entries(context)) environment.set(key, toPlain(value))
    const result = new Interpreter(environment).run(program)
    return { kind: 'rendered', text: String(result.value) }
  } catch (error) {
    // The library throws plain errors for whatever is wrong with a template; stack overflow is a RangeError.
    if (error instanceof Error) return failed(error.message)
    throw error
  }
}

/** Why the template cannot be rendered, as far as that shows without values; null when it can. */
export function jinjaComplaint(template: string): string | null {
  if (!template.includes('{{') && !template.includes('{%') && !template.includes('{#')) return null
  if (template.length > LONGEST_TEMPLATE) return `a template may have at most ${LONGEST_TEMPLATE} characters`
  const { parse, tokenize } = library as unknown as JinjaLibrary
  try {
    return findComplaint(parse(tokenize(template)))
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}

const CONSTANTS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]
const LONGEST_TEMPLATE = 4_000
const MOST_LOOPS = 10
const DEEPEST_LOOP = 2
const LONGEST_RANGE = 100
/** A loop runs at most this often: ranges, and literal lists or texts within the template. */
const MOST_STEPS = 200_000
/** Filters and methods that can make a text longer than what went in; each may multiply the length. */
const MOST_GROWTH = 2

const GROWING = new Set('join replace tojson indent list map split string items dictsort'.split(' '))
const FILTERS = new Set(
  [
    'abs capitalize count d default first float int last length lower max min reverse round safe sort sum title trim',
    'unique upper',
    ...GROWING,
  ].flatMap((names) => names.split(' ')),
)
/** Filters that give the address of a thing's page: whoever fills in the names puts it into the thing, under this name. */
const LINKS = new Set(['ui_url', 'ui_resource_events_url'])
/** A filter with arguments looks like a call. */
const CALLABLE = new Set([...FILTERS, 'range'])
const METHODS = new Set('endswith get join lower lstrip replace rstrip split startswith strip title upper'.split(' '))
const NODES = new Set(
  [
    'Program If For Comment Identifier MemberExpression SliceExpression CallExpression KeywordArgumentExpression',
    'IntegerLiteral FloatLiteral StringLiteral ArrayLiteral TupleLiteral ObjectLiteral',
    'BinaryExpression UnaryExpression FilterExpression TestExpression Ternary SelectExpression',
  ].flatMap((names) => names.split(' ')),
)

interface Tally {
  loops: number
  growth: number
  steps: number
}

/** What the template does that is not allowed, or null. */
function findComplaint(program: unknown): string | null {
  const tally: Tally = { loops: 0, growth: 0, steps: 0 }
  const complaint = inspect(program, tally, 0, 0)
  if (complaint !== null) return complaint
  if (tally.loops > MOST_LOOPS)
    return `Contains ${tally.loops} for loops. Templates can contain no more than ${MOST_LOOPS} for loops.`
  if (tally.growth > MOST_GROWTH) return `uses join, replace, tojson and the like more than ${MOST_GROWTH} times`
  return tally.steps > MOST_STEPS ? 'takes too many steps' : null
}

function inspect(node: unknown, tally: Tally, loopDepth: number, depth: number): string | null {
  if (depth > 100) return 'is nested too deeply'
  if (Array.isArray(node)) return firstComplaint(node, (item) => inspect(item, tally, loopDepth, depth + 1))
  if (node instanceof Map) return firstComplaint([...node].flat(), (item) => inspect(item, tally, loopDepth, depth + 1))
  if (typeof node !== 'object' || node === null) return null
  const type = textOf(node, 'type')
  if (!NODES.has(type)) return `${type} is not supported`
  tally.steps += LONGEST_RANGE ** loopDepth
  let inner = loopDepth
  if (type === 'For') {
    tally.loops += 1
    inner += 1
    if (inner > DEEPEST_LOOP)
      return `Contains nested for loops at a depth of ${inner}. Templates can nest for loops no more than ${DEEPEST_LOOP} loops deep.`
  }
  return (
    inspectNames(node, type, tally) ??
    firstComplaint(Object.entries(node), ([key, child]) =>
      key === 'operator' ? null : inspect(child, tally, inner, depth + 1),
    )
  )
}

/** Filters, methods and functions go by name; an unknown one is refused before anything runs. */
function inspectNames(node: object, type: string, tally: Tally): string | null {
  switch (type) {
    case 'FilterExpression': {
      const filter = valueOf(node, 'filter')
      const name = textOf(textOf(filter, 'type') === 'CallExpression' ? valueOf(filter, 'callee') : filter, 'value')
      if (GROWING.has(name)) tally.growth += 1
      return FILTERS.has(name) || LINKS.has(name) ? null : `the filter ${name} is not supported`
    }
    case 'MemberExpression':
      if (GROWING.has(textOf(valueOf(node, 'property'), 'value'))) tally.growth += 1
      return null
    case 'CallExpression': {
      const callee = valueOf(node, 'callee')
      const isMethod = textOf(callee, 'type') === 'MemberExpression'
      const name = textOf(isMethod ? valueOf(callee, 'property') : callee, 'value')
      return (isMethod ? METHODS : CALLABLE).has(name) ? null : `${name} cannot be called`
    }
    default:
      return null
  }
}

/** `flow_run | ui_url` becomes `flow_run.ui_url`. The tree is ours: it was parsed for this rendering. */
function followLinks(node: unknown): void {
  if (node instanceof Map) followLinks([...node].flat())
  if (typeof node !== 'object' || node === null) return
  for (const child of Object.values(node)) followLinks(child)
  const property = valueOf(node, 'filter')
  if (textOf(node, 'type') !== 'FilterExpression' || !LINKS.has(textOf(property, 'value'))) return
  Object.assign(node, { type: 'MemberExpression', object: valueOf(node, 'operand'), property, computed: false })
}

function firstComplaint<T>(items: readonly T[], inspectItem: (item: T) => string | null): string | null {
  for (const item of items) {
    const complaint = inspectItem(item)
    if (complaint !== null) return complaint
  }
  return null
}

function valueOf(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null ? (node as Readonly<Record<string, unknown>>)[key] : undefined
}

function textOf(node: unknown, key: string): string {
  const value = valueOf(node, key)
  return typeof value === 'string' ? value : ''
}

function shortRange(start: unknown, stop: unknown, step: unknown): readonly number[] {
  const [from, to] = typeof stop === 'number' ? [Number(start), stop] : [0, Number(start)]
  const by = typeof step === 'number' ? step : 1
  const length = Math.max(0, Math.ceil((to - from) / by))
  if (!(length <= LONGEST_RANGE))
    throw new Error(`Range too big. The sandbox blocks ranges larger than ${LONGEST_RANGE}.`)
  return Array.from({ length }, (_, index) => from + index * by)
}

function failed(message: string): Rendered {
  return { kind: 'failed', message }
}

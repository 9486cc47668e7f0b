import type { TSchema } from 'typebox'
import { validateArray, validateEmbedded, validateMap, validateOpaqueObject, validateProperties } from './containers.ts'
import { issue, within, type Checks, type Issue, type Validate } from './issue.ts'
import { nodeOf, type Node } from './node.ts'
import {
  validateBoolean,
  validateConst,
  validateDuration,
  validateEnum,
  validateInteger,
  validateNumber,
  validateString,
} from './scalars.ts'

export interface CompileOptions {
  readonly checks: Checks
  /** What `$ref` names, by the last part of the reference. */
  readonly definitions?: Readonly<Record<string, TSchema>>
  /** The body is declared field by field. */
  readonly embedded?: boolean
}

/**
 * Turns a schema into a function that reads a value the way pydantic does in its lax mode: with its coercions and with
 * its names of errors, which clients show. A general JSON Schema validator can do neither.
 */
export function compileSchema(
  schema: TSchema,
  { checks, definitions = {}, embedded = false }: CompileOptions,
): Validate {
  const named = new Map<string, Validate>()

  function compile(node: Node): Validate {
    return withCheck(node, ofKind(node))
  }

  function ofKind(node: Node): Validate {
    if (node.$ref !== undefined) return reference(node.$ref)
    if (node.anyOf !== undefined) return union(node.anyOf)
    if (node.const !== undefined) return validateConst(node)
    if (node.enum !== undefined) return validateEnum(node)
    switch (node.type) {
      case 'string':
        return validateString(node)
      case 'integer':
        return validateInteger(node)
      case 'number':
        return node.format === 'duration' ? validateDuration : validateNumber(node)
      case 'boolean':
        return validateBoolean(node)
      case 'array':
        return validateArray(node, node.items === undefined ? (value) => value : compile(node.items))
      case 'object':
        return object(node)
      case undefined:
        return (value) => value
      default:
        throw new Error(`The contract uses the type ${node.type}, which has no validator`)
    }
  }

  function object(node: Node): Validate {
    if (node.properties !== undefined) return validateProperties(node, compile)
    const [values] = Object.values(node.patternProperties ?? {})
    return values === undefined ? validateOpaqueObject : validateMap(compile(values))
  }

  /** Compiled when first used: definitions may contain themselves. */
  function reference(to: string): Validate {
    const name = to.slice(to.lastIndexOf('/') + 1)
    const definition = definitions[name]
    if (definition === undefined) throw new Error(`The contract refers to ${to}, which is not defined`)
    return (value, at, issues) => {
      const validate = named.get(name) ?? compile(nodeOf(definition))
      named.set(name, validate)
      return validate(value, at, issues)
    }
  }

  function union(branches: readonly Node[]): Validate {
    const nullable = branches.some(({ type }) => type === 'null')
    const others = branches.filter(({ type }) => type !== 'null')
    const [only] = others
    const inner = others.length === 1 && only !== undefined ? compile(only) : firstThatFits(others)
    return nullable ? (value, at, issues) => (value === null ? null : inner(value, at, issues)) : inner
  }

  function firstThatFits(branches: readonly Node[]): Validate {
    const candidates = branches.map((node) => ({ validate: compile(node), label: node.label ?? labelOf(node) }))
    return (value, at, issues) => {
      const found: Issue[] = []
      for (const { validate, label } of candidates) {
        const before = found.length
        const result = validate(value, within(at, label), found)
        if (found.length === before) return result
      }
      issues.push(...found)
      return value
    }
  }

  function withCheck({ check }: Node, validate: Validate): Validate {
    if (check === undefined) return validate
    const rule = checks[check]
    if (rule === undefined) throw new Error(`The contract names the check ${check}, which does not exist`)
    return (value, at, issues) => {
      const before = issues.length
      const result = validate(value, at, issues)
      if (issues.length > before) return result
      // The schema says of which type the value is, and the check was written for it.
      const wrong = rule(result as never)
      if (typeof wrong === 'string') issues.push(issue(at, value, { type: 'value_error', msg: wrong }))
      else if (wrong !== null) issues.push(issue(at, value, wrong))
      return result
    }
  }

  const root = nodeOf(schema)
  return embedded ? validateEmbedded(root, compile) : compile(root)
}

/** How pydantic names a branch that has no name of its own. */
function labelOf(node: Node): string {
  switch (node.type) {
    case 'string':
      return 'str'
    case 'integer':
      return 'int'
    case 'number':
      return 'float'
    case 'boolean':
      return 'bool'
    case 'array':
      return `list[${node.items === undefined ? 'any' : (node.items.label ?? labelOf(node.items))}]`
    case 'object':
      return 'dict'
    case undefined:
    default:
      return node.literal === true
        ? `literal[${(node.enum ?? []).map((word) => `'${String(word)}'`).join(',')}]`
        : 'any'
  }
}

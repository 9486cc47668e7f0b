/**
 * The definition that Google publishes of its API, read from the installed package `@google-cloud/run`.
 * It is the only thing that the emulator and the code it judges have in common.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Json, type JsonObject, isObject, objectOf, textOf } from './json.ts'

type FieldType =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'enum'; readonly name: string }
  | { readonly kind: 'message'; readonly name: string }

export interface Field {
  readonly name: string
  readonly type: FieldType
  readonly isRepeated: boolean
  readonly isMap: boolean
  readonly isRequired: boolean
  readonly isOutputOnly: boolean
  /** The group of which at most one may be set, in Google's own spelling. */
  readonly oneof: string | null
}

export interface Message {
  readonly name: string
  readonly fields: ReadonlyMap<string, Field>
}

interface EnumType {
  readonly name: string
  readonly numbers: ReadonlyMap<string, number>
  readonly names: ReadonlyMap<number, string>
}

export interface HttpRule {
  readonly rpc: string
  readonly method: string
  /** A path in which `{name=pattern}` stands for a request field. */
  readonly template: string
  /** Which request field the body fills: a name, `*` for all that the path does not, or none. */
  readonly body: string | null
  readonly request: string
}

export interface ApiDefinition {
  message(name: string): Message
  enumType(name: string): EnumType
  /** Every call of a service that can be made over HTTP. */
  httpRules(service: string): readonly HttpRule[]
}

const HTTP_METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const

export function loadCloudRunDefinition(): ApiDefinition {
  const require = createRequire(import.meta.url)
  const path = require.resolve('@google-cloud/run/build/protos/protos.json')
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (!isObject(parsed)) throw new Error(`${path} does not hold an API definition`)
  return createDefinition(parsed)
}

function createDefinition(root: JsonObject): ApiDefinition {
  const messages = new Map<string, Message>()
  const enums = new Map<string, EnumType>()

  function find(name: string): JsonObject | undefined {
    let node: JsonObject | undefined = root
    for (const part of name.split('.')) {
      node = node && objectOf(objectOf(node, 'nested') ?? {}, part)
    }
    return node
  }

  function get(name: string): JsonObject {
    const node = find(name)
    if (node === undefined) throw new Error(`The API definition has no ${name}`)
    return node
  }

  /** Protobuf's scoping: the innermost enclosing name that knows the type wins. */
  function resolve(type: string, scope: string): FieldType {
    const parts = scope.split('.')
    for (let length = parts.length; length >= 0; length -= 1) {
      const name = [...parts.slice(0, length), type].join('.')
      const node = find(name)
      if (node?.['values'] !== undefined) return { kind: 'enum', name }
      if (node?.['fields'] !== undefined) return { kind: 'message', name }
    }
    return { kind: 'scalar', name: type }
  }

  function field(name: string, node: JsonObject, scope: string, oneof: string | null): Field {
    const behaviour = JSON.stringify(objectOf(node, 'options')?.['(google.api.field_behavior)'] ?? '')
    return {
      name,
      type: resolve(textOf(node, 'type') ?? '', scope),
      isRepeated: node['rule'] === 'repeated',
      isMap: node['keyType'] !== undefined,
      isRequired: behaviour.includes('REQUIRED'),
      isOutputOnly: behaviour.includes('OUTPUT_ONLY'),
      oneof,
    }
  }

  return {
    message(name) {
      const known = messages.get(name)
      if (known !== undefined) return known
      const node = get(name)
      const groups = new Map<string, string>()
      for (const [group, members] of Object.entries(objectOf(node, 'oneofs') ?? {})) {
        const list: Json | undefined = isObject(members) ? members['oneof'] : undefined
        if (Array.isArray(list)) for (const member of list) groups.set(String(member), group)
      }
      const fields = new Map<string, Field>()
      for (const [fieldName, fieldNode] of Object.entries(objectOf(node, 'fields') ?? {})) {
        if (isObject(fieldNode)) fields.set(fieldName, field(fieldName, fieldNode, name, groups.get(fieldName) ?? null))
      }
      const message = { name, fields }
      messages.set(name, message)
      return message
    },

    enumType(name) {
      const known = enums.get(name)
      if (known !== undefined) return known
      const numbers = new Map<string, number>()
      const names = new Map<number, string>()
      for (const [value, number] of Object.entries(objectOf(get(name), 'values') ?? {})) {
        numbers.set(value, Number(number))
        names.set(Number(number), value)
      }
      const type = { name, numbers, names }
      enums.set(name, type)
      return type
    },

    httpRules(service) {
      const scope = service.slice(0, service.lastIndexOf('.'))
      const rules: HttpRule[] = []
      for (const [rpc, node] of Object.entries(objectOf(get(service), 'methods') ?? {})) {
        if (!isObject(node)) continue
        const options = objectOf(node, 'options') ?? {}
        for (const method of HTTP_METHODS) {
          const template = textOf(options, `(google.api.http).${method}`)
          if (template === undefined) continue
          const request = resolve(textOf(node, 'requestType') ?? '', scope).name
          rules.push({
            rpc,
            method: method.toUpperCase(),
            template,
            body: textOf(options, '(google.api.http).body') ?? null,
            request,
          })
        }
      }
      return rules
    },
  }
}

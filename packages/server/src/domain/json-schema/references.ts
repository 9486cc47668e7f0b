import type { Json } from './plain.ts'
import { Halt } from './halt.ts'
import { field, isArray, isObject, rawNumber } from './plain.ts'
import { pythonRepr } from './python-repr.ts'

/** References stay inside the document; nothing is ever fetched. */
export function resolveReference(root: Json, reference: string, cost: { spend(steps: number): void }): Json {
  const id = isObject(root) ? field(root, '$id') : undefined
  const isOwn = typeof id === 'string' && id !== '' && reference.startsWith(id)
  const fragment = isOwn ? reference.slice(id.replace(/#$/, '').length) : reference
  if (fragment === '' || fragment === '#') return root
  if (!fragment.startsWith('#')) throw new Halt({ kind: 'unresolvable', detail: `Unresolvable: ${reference}` })
  const pointer = decode(fragment.slice(1))
  return pointer.startsWith('/') ? followPointer(root, pointer) : findAnchor(root, pointer, cost)
}

function followPointer(root: Json, pointer: string): Json {
  let current: Json | undefined = root
  for (const token of pointer.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (isArray(current)) current = /^\d+$/.test(key) ? current[Number(key)] : undefined
    else current = isObject(current) ? field(current, key) : undefined
    if (current === undefined) throw nowhere('PointerToNowhere', pointer, root)
  }
  return current ?? null
}

function findAnchor(root: Json, anchor: string, cost: { spend(steps: number): void }): Json {
  const open: Json[] = [root]
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    cost.spend(1)
    if (isArray(current)) for (const item of current) open.push(item)
    else if (isObject(current)) {
      if (field(current, '$anchor') === anchor || field(current, '$dynamicAnchor') === anchor) return current
      open.push(
        ...Object.values(current).filter(
          (item) => typeof item === 'object' && item !== null && rawNumber(item) === null,
        ),
      )
    }
  }
  throw nowhere('NoSuchAnchor', anchor, root)
}

function nowhere(problem: string, target: string, root: Json): Halt {
  return new Halt({
    kind: 'unresolvable',
    detail: `${problem}: ${pythonRepr(target)} does not exist within ${pythonRepr(root)}`,
  })
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch (error) {
    if (error instanceof URIError) return fragment
    throw error
  }
}

/** Whether a text looks like a pattern: `*` is any text, `?` any character, `[ab-d]` and `[!ab]` one of some. Never slow: no step is tried twice for the same `*`. */
export function matchesGlob(pattern: string, text: string): boolean {
  if (PLAIN.test(pattern)) return pattern === text
  const parts = partsOf(pattern)
  const characters = Array.from(text)
  let part = 0
  let position = 0
  /** Where to go on when what follows the last `*` does not fit. */
  let retry: { readonly part: number; position: number } | null = null
  while (position < characters.length) {
    const wanted = parts[part]
    if (wanted === ANY_TEXT) {
      part += 1
      retry = { part, position }
    } else if (wanted !== undefined && wanted(characters[position] ?? '')) {
      part += 1
      position += 1
    } else if (retry !== null) {
      retry.position += 1
      part = retry.part
      position = retry.position
    } else return false
  }
  return parts.slice(part).every((rest) => rest === ANY_TEXT)
}

/** Most patterns are just names, and every event is held against all of them. */
const PLAIN = /^[^*?[]*$/

type Part = ((character: string) => boolean) | typeof ANY_TEXT
const ANY_TEXT = 'any-text'

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = []
  const characters = Array.from(pattern)
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? ''
    const end = character === '[' ? endOfSet(characters, index) : null
    if (character === '*') parts.push(ANY_TEXT)
    else if (character === '?') parts.push(() => true)
    else if (end === null) parts.push((given) => given === character)
    else {
      parts.push(oneOf(characters.slice(index + 1, end)))
      index = end
    }
  }
  return parts
}

/** A bracket right behind the opening one belongs to the set. Null: nothing closes it, so it stands for itself. */
function endOfSet(characters: readonly string[], start: number): number | null {
  const first = characters[start + 1] === '!' ? start + 2 : start + 1
  const end = characters.indexOf(']', first + 1)
  return end === -1 ? null : end
}

function oneOf(set: readonly string[]): (character: string) => boolean {
  const isNegated = set[0] === '!'
  const ranges: (readonly [string, string])[] = []
  const members = isNegated ? set.slice(1) : set
  for (let index = 0; index < members.length; index += 1) {
    const from = members[index] ?? ''
    const to = members[index + 1] === '-' ? members[index + 2] : undefined
    ranges.push([from, to ?? from])
    if (to !== undefined) index += 2
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== isNegated
}

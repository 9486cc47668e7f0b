/** What a search text asks for: one of `include`, all of `required`, none of `exclude`. */
export interface TextSearch {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly required: readonly string[]
}

/** An optional sign right before a word or a quoted phrase, whose end quote may be missing. */
const TERM = /([-!+](?=\S))?(?:"((?:\\.|[^"\\])*)"?|([^\s"]+))/gsu
const SIGNS = new Set(['-', '!', '+'])

/** Words and "quoted phrases"; `-` or `!` before one excludes it, `+` requires it. A sign on its own means nothing. */
export function parseTextSearch(query: string): TextSearch {
  const found: { include: string[]; exclude: string[]; required: string[] } = { include: [], exclude: [], required: [] }
  for (const [, sign, phrase, word] of query.matchAll(TERM)) {
    const text = phrase === undefined ? (word ?? '') : phrase.replaceAll(/\\(["\\])/g, '$1')
    if (text.trim() === '' || (sign === undefined && SIGNS.has(text))) continue
    if (sign === undefined) found.include.push(text)
    else if (sign === '+') found.required.push(text)
    else found.exclude.push(text)
  }
  return found
}

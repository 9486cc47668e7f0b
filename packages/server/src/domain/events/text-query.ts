/** A search text as people write it: words that must all occur, `"a phrase"`, and `-word` for what must not. */
export interface TextQuery {
  readonly wanted: readonly string[]
  readonly unwanted: readonly string[]
}

const TERM = /(-?)(?:"([^"]*)"|(\S+))/g
/** Dotted names stay one word, as in PostgreSQL's parser: `order.placed` is not found by `placed`. */
const WORD = /[\p{L}\p{N}]+(?:\.[\p{L}\p{N}]+)*/gu

export function parseTextQuery(text: string): TextQuery {
  const wanted: string[] = []
  const unwanted: string[] = []
  for (const [, minus = '', phrase, word] of text.matchAll(TERM)) {
    const term = normalized(phrase ?? word ?? '')
    if (term !== '') (minus === '' ? wanted : unwanted).push(term)
  }
  return { wanted, unwanted }
}

export function matchesTextQuery({ wanted, unwanted }: TextQuery, text: string): boolean {
  const words = ` ${normalized(text)} `
  return wanted.every((term) => words.includes(` ${term} `)) && !unwanted.some((term) => words.includes(` ${term} `))
}

/** Words in lower case with one space between them. */
function normalized(text: string): string {
  return (text.toLowerCase().match(WORD) ?? []).join(' ')
}

/** Splits a command as a POSIX shell would, without expanding anything; null when a quote is never closed. */
export function splitCommand(command: string): readonly string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote: '"' | "'" | null = null
  for (let at = 0; at < command.length; at += 1) {
    const character = command.charAt(at)
    const next = command.charAt(at + 1)
    if (quote === null && /\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
    } else if (character === quote) {
      quote = null
    } else if (quote === null && (character === '"' || character === "'")) {
      quote = character
      word ??= ''
    } else if (character === '\\' && quote !== "'" && next !== '' && (quote === null || '"\\'.includes(next))) {
      word = (word ?? '') + next
      at += 1
    } else {
      word = (word ?? '') + character
    }
  }
  if (word !== null) words.push(word)
  return quote === null ? words : null
}

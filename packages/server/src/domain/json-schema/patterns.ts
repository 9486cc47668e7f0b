import { RE2JS } from 're2js'

/**
 * Patterns come from users and are matched by RE2, in time linear in pattern and text: no pattern can hang the server.
 * The price: look-around and back-references cannot be expressed, and are refused where a value meets one.
 * Whoever owns the cache decides how long compiled patterns live.
 */
export interface PatternCache {
  /** Null when RE2 cannot express the pattern. */
  compile(pattern: string): CompiledPattern | null
}

export interface CompiledPattern {
  /** Whether the pattern occurs anywhere in the text, as Python's `re.search`. */
  find(text: string): boolean
}

const LONGEST_PATTERN = 2_000

export function createPatternCache(limit: number): PatternCache {
  const compiled = new Map<string, CompiledPattern | null>()
  return {
    compile(pattern) {
      const known = compiled.get(pattern)
      if (known !== undefined) return known
      const fresh = compilePattern(pattern)
      if (compiled.size >= limit) {
        const oldest = compiled.keys().next()
        if (oldest.done !== true) compiled.delete(oldest.value)
      }
      compiled.set(pattern, fresh)
      return fresh
    },
  }
}

function compilePattern(pattern: string): CompiledPattern | null {
  if (pattern.length > LONGEST_PATTERN) return null
  try {
    const program = RE2JS.compile(toRe2(pattern))
    return { find: (text) => program.matcher(text).find() }
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}

/** Python's end-of-text is `\Z`, RE2's is `\z`; Python's `\d`, `\w` and `\s` match all of Unicode's. */
function toRe2(pattern: string): string {
  return pattern.replaceAll(/\\([\s\S])/g, (whole, escaped: string) => (escaped === 'Z' ? '\\z' : whole))
}

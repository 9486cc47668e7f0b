const DASH_NAME = /^[a-z0-9-]+$/
const FREE_NAME = /^[^/%&><]+$/
const MAX_LENGTH = 255

/** Why `name` cannot name a block document; null when it can. An anonymous document needs none. */
export function blockDocumentNameProblem(name: string | null, is_anonymous: boolean): string | null {
  if (name === null) return is_anonymous ? null : 'A block document that is not anonymous needs a name.'
  return dashNameProblem('Block document name', name)
}

/** Why `slug` cannot be the slug of a block type; null when it can. */
export function blockTypeSlugProblem(slug: string): string | null {
  return dashNameProblem('Block type slug', slug)
}

/** Why `name` cannot name a block type; null when it can. */
export function blockTypeNameProblem(name: string): string | null {
  if (!FREE_NAME.test(name)) return 'Block type name must not be empty or contain any of / % & > <.'
  return tooLong('Block type name', name)
}

function dashNameProblem(what: string, text: string): string | null {
  if (!DASH_NAME.test(text)) return `${what} may hold lowercase letters, digits and dashes only.`
  return tooLong(what, text)
}

function tooLong(what: string, text: string): string | null {
  return text.length > MAX_LENGTH ? `${what} is longer than ${MAX_LENGTH} characters.` : null
}

const STARS = '********'
/** A shorter text would be found by chance, and stars in its places would tell where it occurs. */
const MIN_LENGTH = 4

/** `text` without the secrets, in any of the spellings in which libraries and clouds repeat them. */
export function redact(text: string, secrets: Iterable<string>): string {
  const spellings = new Set<string>()
  for (const secret of secrets) {
    for (const spelling of spellingsOf(secret)) if (spelling.length >= MIN_LENGTH) spellings.add(spelling)
  }
  // Longest first: a secret that is part of another must not leave the rest of it behind.
  const ordered = [...spellings].sort((a, b) => b.length - a.length)
  return ordered.reduce((redacted, spelling) => redacted.replaceAll(spelling, STARS), text)
}

function spellingsOf(secret: string): readonly string[] {
  const quoted = JSON.stringify(secret).slice(1, -1)
  const base64 = Buffer.from(secret, 'utf8').toString('base64')
  // One line of a private key is as good a find as all of it; a short line or a PEM border is not secret.
  const lines = secret.includes('\n')
    ? secret.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith('---'))
    : []
  const encoded = encodeURIComponent(secret.toWellFormed())
  return [
    secret,
    quoted,
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
    encoded,
    ...lines,
  ]
}

/** What a setting may look like. A parser never throws and never repeats a secret in its error. */
export type Parse<T> = (raw: string) => { readonly value: T } | { readonly error: string }

export const text: Parse<string> = (raw) => ({ value: raw })

export const flag: Parse<boolean> = (raw) => {
  const word = raw.toLowerCase()
  if (['true', '1', 'yes', 'on'].includes(word)) return { value: true }
  if (['false', '0', 'no', 'off'].includes(word)) return { value: false }
  return { error: 'write true or false' }
}

export function integer(min: number, max: number): Parse<number> {
  return (raw) => {
    const value = Number(raw)
    if (/^\d+$/.test(raw) && value >= min && value <= max) return { value }
    return { error: `write a whole number from ${min} to ${max}` }
  }
}

/** Seconds as a number, or Prefect's ISO 8601 form such as `PT15S` and `P7D`. */
export function duration(min: number, max = 3_660 * 86_400): Parse<number> {
  return (raw) => {
    const value = /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : isoSeconds(raw)
    if (value !== null && value >= min && value <= max) return { value }
    return { error: `write a number of seconds from ${min} to ${max}` }
  }
}

function isoSeconds(raw: string): number | null {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(raw)
  if (parts === null || parts.slice(1).every((part) => part === undefined)) return null
  const [days = '0', hours = '0', minutes = '0', seconds = '0'] = parts.slice(1).map((part) => part ?? '0')
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
}

export function choice<const T extends string>(values: readonly T[]): Parse<T> {
  return (raw) => {
    const value = values.find((candidate) => candidate === raw)
    return value === undefined ? { error: `write one of ${values.join(', ')}` } : { value }
  }
}

export function list<T>(item: Parse<T>): Parse<readonly T[]> {
  return (raw) => {
    const values: T[] = []
    for (const part of raw.split(',').map((piece) => piece.trim())) {
      if (part === '') continue
      const parsed = item(part)
      if ('error' in parsed) return { error: `${JSON.stringify(part.slice(0, 100))}: ${parsed.error}` }
      values.push(parsed.value)
    }
    return { value: values }
  }
}

export function nullable<T>(parse: Parse<T>): Parse<T | null> {
  return parse
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Prefect's names are understood too: WARNING is warn, CRITICAL is fatal. */
export const logLevel: Parse<LogLevel> = (raw) => {
  const word = raw.toLowerCase()
  return choice(LOG_LEVELS)(word === 'warning' ? 'warn' : word === 'critical' ? 'fatal' : word)
}

export const authString: Parse<string> = (raw) => {
  const colon = raw.indexOf(':')
  if (colon < 1 || colon === raw.length - 1) return { error: 'write user:password, both not empty' }
  if (/[^\x20-\x7e]/.test(raw)) return { error: 'only printable ASCII characters can be sent in a header' }
  if (raw.startsWith('run-'))
    return { error: 'a user whose name begins with run- is kept for flow runs, choose another' }
  return { value: raw }
}

/** Text of the key as given; the vault decodes it. */
export const encryptionKey: Parse<string> = (raw) => {
  if (decodeKey(raw) === null) {
    return { error: 'not 32 bytes in base64 or hex; make one with: openssl rand -base64 32' }
  }
  return { value: raw }
}

/** 64 hex digits, or 32 bytes in base64 of either alphabet; null for all else. */
export function decodeKey(raw: string): Buffer | null {
  if (/^[0-9a-fA-F]{64}$/.test(raw)) return Buffer.from(raw, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(raw)) return null
  const key = Buffer.from(raw, 'base64')
  return key.length === 32 ? key : null
}

export const databaseUrl: Parse<string> = (raw) => {
  const url = URL.canParse(raw) ? new URL(raw) : null
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    return { error: 'write postgresql://user:password@host:5432/database' }
  }
  return { value: raw }
}

/** Without a slash at its end, as clients append paths to it. */
export const publicUrl: Parse<string> = (raw) => {
  const url = plainHttpUrl(raw)
  if (url === null) return { error: 'write an address such as https://slipway.example.com/api' }
  const address = stripSlashes(url)
  if (!address.endsWith('/api')) return { error: `the address must end in /api: ${url.origin}/api` }
  return { value: address }
}

/** Clear text would show the access token, so http is for an emulator on this machine only. */
export const cloudEndpoint: Parse<string> = (raw) => {
  const url = plainHttpUrl(raw)
  if (url === null) return { error: 'write an address such as https://run.googleapis.com' }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return { error: 'http is allowed for a loopback address only, use https' }
  }
  return { value: stripSlashes(url) }
}

function plainHttpUrl(raw: string): URL | null {
  const url = URL.canParse(raw) ? new URL(raw) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null
  return url.username + url.password + url.search + url.hash === '' ? url : null
}

function stripSlashes(url: URL): string {
  return url.href.replace(/\/+$/, '')
}

/** True for `localhost`, 127.0.0.0/8 and ::1, the addresses that no other machine can reach. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || name === '::1' || /^127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(name)
}

export function isLoopbackUrl(address: string): boolean {
  return URL.canParse(address) && isLoopbackHost(new URL(address).hostname)
}

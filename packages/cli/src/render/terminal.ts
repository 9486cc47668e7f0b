/** Where a command writes. Results go to stdout, everything else to stderr, so that a pipe gets results only. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Of stdout: what people look at, not what programs read. */
  readonly isInteractive: boolean
  readonly isErrInteractive: boolean
  readonly colors: { readonly out: boolean; readonly err: boolean }
}

type Environment = Readonly<Record<string, string | undefined>>

interface Stream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** A person's choice first, then what the stream is: https://no-color.org, and FORCE_COLOR. */
export function usesColor(env: Environment, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return isTerminal && env['TERM'] !== 'dumb'
}

export function createTerminal(streams: {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Environment
}): Terminal {
  const { stdout, stderr, env } = streams
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    isInteractive: stdout.isTTY === true,
    isErrInteractive: stderr.isTTY === true,
    colors: { out: usesColor(env, stdout.isTTY === true), err: usesColor(env, stderr.isTTY === true) },
  }
}

/** What the exit code of every command means; scripts rely on it. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  needsInput: 4,
  refused: 5,
  unreachable: 6,
  conflict: 7,
  provider: 8,
  timeout: 9,
  changes: 10,
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failed: 'the operation failed, or the run that was waited for did',
  usage: 'the command line is wrong',
  notFound: 'there is no such object',
  needsInput: 'an answer is needed, and there is no terminal to ask',
  refused: 'not logged in, or not allowed',
  unreachable: 'the server does not answer',
  conflict: 'it exists already, or changed meanwhile',
  provider: 'a cloud refused or failed',
  timeout: 'the time given by --timeout is over',
  changes: 'the plan shows changes (--plan --exit-code)',
  interrupted: 'interrupted',
}

/** One line a code, for `slipway help exit-codes`. */
export function explainExitCodes(): string {
  return Object.entries(EXIT)
    .map(([name, code]) => `${String(code).padStart(3)}  ${MEANINGS[name as keyof typeof EXIT]}`)
    .join('\n')
}

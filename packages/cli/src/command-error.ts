import { EXIT, type ExitCode } from './exit-codes.ts'

interface Explanation {
  readonly exitCode?: ExitCode
  /** A short word for programs, for example `start`. */
  readonly code: string
  readonly why?: string
  /** What the claim rests on: a request, a file, a state. */
  readonly ref?: string
  /** Commands or sentences; what to do now. */
  readonly next?: readonly string[]
  readonly cause?: unknown
}

/** An outcome that the user is told about in at most four parts, without a stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode
  readonly code: string
  readonly why: string | null
  readonly ref: string | null
  readonly next: readonly string[]

  constructor(message: string, { exitCode = EXIT.failed, code, why, ref, next = [], cause }: Explanation) {
    super(message, { cause })
    this.exitCode = exitCode
    this.code = code
    this.why = why ?? null
    this.ref = ref ?? null
    this.next = next
  }
}

import type { Terminal } from '../render/terminal.ts'

export interface RecordingTerminal extends Terminal {
  readonly outText: () => string
  readonly errText: () => string
}

/** A terminal that keeps what is written to it. */
export function recordingTerminal(isInteractive = false): RecordingTerminal {
  const out: string[] = []
  const err: string[] = []
  return {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    isInteractive,
    isErrInteractive: isInteractive,
    colors: { out: false, err: false },
    outText: () => out.join('\n'),
    errText: () => err.join('\n'),
  }
}

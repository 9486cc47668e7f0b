import { CommandError } from '../command-error.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { styled } from './style.ts'
import type { Terminal } from './terminal.ts'

export interface ErrorOptions {
  readonly asJson: boolean
  /** Stack traces, for people who mend Slipway itself. */
  readonly debug: boolean
}

/** Tells what went wrong, why, on what evidence, and what to do next; returns the exit code. */
export function printError(error: unknown, terminal: Terminal, { asJson, debug }: ErrorOptions): ExitCode {
  const shown = error instanceof CommandError ? error : unexpected(error)
  if (asJson) {
    const { code, message, why, ref, next, exitCode } = shown
    terminal.err(JSON.stringify({ error: { code, message, why, ref, next, exit_code: exitCode } }))
  } else {
    terminal.err(renderError(shown, terminal.colors.err))
  }
  if (debug && error instanceof Error) terminal.err(error.stack ?? '')
  return shown.exitCode
}

function renderError({ message, why, ref, next }: CommandError, useColor: boolean): string {
  const lines = [`${styled('error:', 'red', useColor)} ${message}`]
  if (why !== null) lines.push(`why:   ${why}`)
  if (ref !== null) lines.push(`ref:   ${ref}`)
  for (const [index, step] of next.entries()) lines.push(`${index === 0 ? 'next: ' : '      '} ${step}`)
  return lines.join('\n')
}

/** Nobody foresaw it: a mistake in Slipway, or a machine that fails. */
function unexpected(error: unknown): CommandError {
  const message = error instanceof Error ? error.message : String(error)
  return new CommandError(message === '' ? 'something failed without saying what' : message, {
    exitCode: EXIT.failed,
    code: 'unexpected',
    next: ['Run it again with --debug, and report what it shows.'],
    cause: error,
  })
}

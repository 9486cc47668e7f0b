#!/usr/bin/env node
/** The command `slipway`. */
import { runCommandLine } from './program.ts'
import { createTerminal } from './render/terminal.ts'

const LINGER_MS = 500

const { stdout, stderr, env } = process
process.exitCode = await runCommandLine(process.argv.slice(2), createTerminal({ stdout, stderr, env }))
// A connection that somebody keeps open must not keep a command alive that is done.
setTimeout(() => process.exit(), LINGER_MS).unref()

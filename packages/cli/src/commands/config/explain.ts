import { CommandError } from '../../command-error.ts'
import { EXIT, type ExitCode } from '../../exit-codes.ts'
import { type Format, printRecords } from '../../render/records.ts'
import type { Terminal } from '../../render/terminal.ts'
import type { ServerFlags } from '../server/start.ts'

export interface ConfigExplainOptions {
  readonly flags: ServerFlags
  readonly format: Format
}

/** Every setting of the server: its value, where that came from, and how to change it. */
export async function explainConfigCommand(
  { flags, format }: ConfigExplainOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { explainConfig, loadConfig, StartupError } = await import('@slipway/server')
  try {
    const settings = explainConfig(loadConfig({ flags })).map((setting) => ({ ...setting }))
    const shape = { columns: ['name', 'value', 'source'], wideColumns: ['env', 'reason'], name: 'name' }
    await printRecords(settings, format, shape, terminal)
    return EXIT.ok
  } catch (error) {
    if (error instanceof StartupError) throw new CommandError(error.message, { code: 'config', cause: error })
    throw error
  }
}

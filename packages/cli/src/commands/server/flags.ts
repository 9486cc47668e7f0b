import type { Command } from 'commander'
import type { ServerFlags } from './start.ts'

/**
 * Settings that are flags too. The others are set by their variables alone: they are rare, or secret, and a command
 * line can be read by every user of the machine.
 */
const FLAGS = {
  host: ['<address>', 'address to listen on (default: 127.0.0.1)'],
  port: ['<number>', 'port to listen on; 0 takes a free one (default: 4200)'],
  data_dir: ['<folder>', 'folder of the embedded PostgreSQL and the encryption key (default: ./.slipway)'],
  database_url: ['<url>', 'your own PostgreSQL 15 to 18; SLIPWAY_DATABASE_URL keeps its password out of process lists'],
  public_api_url: ['<url>', 'address of the API as containers in the cloud reach it, with /api at its end'],
  gcp_run_endpoint: ['<url>', 'base address of the Cloud Run API, for an emulator'],
  disabled_services: ['<names>', 'background services that this server does not run'],
  log_level: ['<level>', 'least severe log line that is written (default: info)'],
  log_format: ['<format>', 'auto, json or pretty (default: auto)'],
} as const satisfies Readonly<Partial<Record<keyof ServerFlags, readonly [string, string]>>>

export function addServerFlags(command: Command): Command {
  for (const [name, [value, help]] of Object.entries(FLAGS)) command.option(`--${dashed(name)} ${value}`, help)
  return command.addHelpText(
    'after',
    '\nEvery setting also has a variable, SLIPWAY_<NAME>; a flag wins. "slipway config explain" lists them all.',
  )
}

/** Commander names options in camel case; settings are snake case everywhere else. */
export function readServerFlags(options: Readonly<Record<string, unknown>>): ServerFlags {
  const flags: Record<string, string> = {}
  for (const name of Object.keys(FLAGS)) {
    const value = options[name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())]
    if (typeof value === 'string') flags[name] = value
  }
  return flags
}

function dashed(name: string): string {
  return name.replaceAll('_', '-')
}

import description from '../../package.json' with { type: 'json' }
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Terminal } from '../render/terminal.ts'

export const VERSION = description.version

export function versionCommand(asJson: boolean, terminal: Terminal): ExitCode {
  const about = { version: VERSION, node: process.versions.node, platform: `${process.platform}-${process.arch}` }
  terminal.out(asJson ? JSON.stringify(about) : `slipway ${VERSION} (Node ${about.node}, ${about.platform})`)
  return EXIT.ok
}

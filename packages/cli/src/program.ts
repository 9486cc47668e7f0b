import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { CommandError } from './command-error.ts'
import { addServerFlags, readServerFlags } from './commands/server/flags.ts'
import { VERSION, versionCommand } from './commands/version.ts'
import { EXIT, type ExitCode, explainExitCodes } from './exit-codes.ts'
import { printError } from './render/errors.ts'
import { type Format, FORMATS } from './render/records.ts'
import type { Terminal } from './render/terminal.ts'

type Finish = (code: ExitCode) => void

/** Runs one command line to its end and returns the exit code. Each command is loaded when it is called, not before. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const asJson = isJson(args)
  const program = createProgram(terminal, asJson, (result) => {
    code = result
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError))
      return printError(error, terminal, { asJson, debug: args.includes('--debug') })
    if (isHelp(error)) return EXIT.ok
    if (asJson) printError(usageError(error), terminal, { asJson, debug: false })
    return EXIT.usage
  }
}

function createProgram(terminal: Terminal, asJson: boolean, finish: Finish): Command {
  const program = new Command('slipway')
    .description('Slipway: push flow runs to serverless compute from a control plane of your own.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      getOutHasColors: () => terminal.colors.out,
      getErrHasColors: () => terminal.colors.err,
      // As JSON it is told when it has been thrown.
      outputError: (text, write) => {
        if (!asJson) write(text)
      },
    })
    .showSuggestionAfterError()
    .showHelpAfterError(asJson ? false : 'next:  slipway --help')
    .helpCommand(false)
    .exitOverride()
  addServer(program, terminal, finish)
  addEmulator(program, terminal, finish)
  addConfig(program, terminal, finish)
  program
    .command('version')
    .description('print the version of Slipway and of what it runs on')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => finish(versionCommand(options.json === true, terminal)))
  addHelp(program, terminal)
  return program
}

function addServer(program: Command, terminal: Terminal, finish: Finish): void {
  const server = group(program, 'server', 'run the control plane')
  addServerFlags(server.command('start').description('run a server until it is asked to stop (Ctrl-C or SIGTERM)'))
    .addOption(stopWithStdinOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .action(async (options: Readonly<Record<string, unknown>>) => {
      const { startServerCommand } = await import('./commands/server/start.ts')
      const asJson = options['json'] === true
      const input = { flags: readServerFlags(options), asJson, stopWithStdin: options['stopWithStdin'] === true }
      finish(await startServerCommand(input, terminal))
    })
}

interface EmulatorOptions {
  readonly port: number
  readonly controlPort: number
  readonly engine: 'process' | 'none' | 'podman' | 'docker'
  readonly stateDir?: string
  readonly auth: 'on' | 'off'
  readonly verbose?: boolean
  readonly json?: boolean
  readonly stopWithStdin?: boolean
}

function addEmulator(program: Command, terminal: Terminal, finish: Finish): void {
  const emulator = group(program, 'emulator', 'run a stand-in for a cloud on this machine')
  emulator
    .command('start')
    .description('run an emulated Google Cloud Run until it is asked to stop; it listens on loopback only')
    .option('--port <number>', 'port of the API; 0 takes a free one', readPort, 4210)
    .option('--control-port <number>', 'port for faults, counters and accounts', readPort, 4211)
    .addOption(
      new Option('--engine <name>', 'what runs containers: local processes, nothing, or a container engine')
        .choices(['process', 'none', 'podman', 'docker'])
        .default('process'),
    )
    .option('--state-dir <folder>', 'where jobs and accounts survive a restart (default: nowhere)')
    .addOption(new Option('--auth <mode>', 'whether callers must sign in').choices(['on', 'off']).default('on'))
    .option('--verbose', 'tell about refused calls')
    .addOption(stopWithStdinOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .action(async (options: EmulatorOptions) => {
      const { startEmulatorCommand } = await import('./commands/emulator/start.ts')
      const { json = false, verbose = false, stopWithStdin = false, stateDir, ...rest } = options
      finish(await startEmulatorCommand({ ...rest, stateDir, verbose, asJson: json, stopWithStdin }, terminal))
    })
}

function addConfig(program: Command, terminal: Terminal, finish: Finish): void {
  const config = group(program, 'config', 'look at settings')
  addServerFlags(
    config.command('explain').description('print every setting of the server, and where its value comes from'),
  )
    .addOption(outputOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .action(async (options: Readonly<Record<string, unknown>> & { output: Format; json?: boolean }) => {
      const { explainConfigCommand } = await import('./commands/config/explain.ts')
      const format = options.json === true ? 'json' : options.output
      finish(await explainConfigCommand({ flags: readServerFlags(options), format }, terminal))
    })
}

function addHelp(program: Command, terminal: Terminal): void {
  program
    .command('help')
    .argument('[topic...]', 'a command, or exit-codes')
    .description('explain a command or a topic')
    .action((topic: readonly string[]) => {
      if (topic[0] === 'exit-codes') return terminal.out(explainExitCodes())
      let found = program
      for (const name of topic) {
        const next = found.commands.find((command) => command.name() === name)
        if (next === undefined) program.error(`error: there is no command or topic '${topic.join(' ')}'`)
        found = next
      }
      found.outputHelp()
    })
}

/** A noun; its verbs are added to it. */
function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).helpCommand(false)
}

function outputOption(): Option {
  return new Option('-o, --output <format>', 'form of the result').choices(FORMATS).default('table')
}

function jsonOption(): Option {
  return new Option('--json', 'print JSON')
}

function stopWithStdinOption(): Option {
  return new Option('--stop-with-stdin', 'stop when stdin ends, however the program at its other end died')
}

function debugOption(): Option {
  return new Option('--debug', 'show where an unexpected error comes from')
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Write a port number from 0 to 65535.')
}

function usageError({ message }: CommanderError): CommandError {
  const text = message.replace(/^error: /, '')
  return new CommandError(text, { exitCode: EXIT.usage, code: 'usage', next: ['slipway --help'] })
}

function isHelp({ code }: CommanderError): boolean {
  return code === 'commander.helpDisplayed' || code === 'commander.version'
}

/** Known before the command line was understood, for errors in it too. */
function isJson(args: readonly string[]): boolean {
  return args.some(
    (arg, index) => arg === '--json' || (arg === 'json' && ['-o', '--output'].includes(args[index - 1] ?? '')),
  )
}

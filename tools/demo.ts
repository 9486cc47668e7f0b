// npm run demo [-- --once] [-- --python] [-- --data-dir FOLDER] [-- --keep]
// Server and emulated Cloud Run as processes of their own, one flow run from its deployment to its end before your eyes.
// With --once it ends after the run, 0 if that is Completed by exactly one process; its last line is JSON.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { isTerminal } from '@slipway/contract'
import { repositoryRoot } from './command.ts'
import { createDisplay } from './demo/display.ts'
import { followRun } from './demo/follow.ts'
import { pythonScenario } from './demo/python.ts'
import { type Scenario, type Scene, made } from './demo/scenario.ts'
import { findFault, readEvidence, summarise } from './demo/summary.ts'
import { typescriptScenario } from './demo/typescript.ts'
import { type Cloud, startCloud } from './stage/cloud.ts'

const RUN_MS = 120_000

const OPTIONS = {
  once: { type: 'boolean', default: false },
  python: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  'data-dir': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const HELP = `npm run demo [-- OPTIONS]

  --once             end after the run: 0 if it is Completed, its figures as JSON in the last line
  --python           the same with Prefect's own command line and a Python flow
  --data-dir FOLDER  keep the server's data there (default: a temporary folder)
  --keep             leave the temporary folder behind`

type Arguments = ReturnType<typeof readArguments>

function readArguments() {
  return parseArgs({ options: OPTIONS }).values
}

async function main(): Promise<number> {
  let args: Arguments
  try {
    args = readArguments()
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return 2
  }
  if (args.help) {
    console.log(HELP)
    return 0
  }
  const interruption = interruptible()
  const folder = await mkdtemp(join(tmpdir(), 'slipway-demo-'))
  try {
    return await demonstrate(args, folder, interruption)
  } finally {
    if (args.keep) console.error(`The files of this demo are in ${folder}`)
    else await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

async function demonstrate(args: Arguments, folder: string, signal: AbortSignal): Promise<number> {
  const display = createDisplay(process.stdout)
  const scenario = args.python ? pythonScenario : typescriptScenario
  const path = await scenario.prepare({ display, signal })
  display.line('Slipway demo')
  display.progress('starting the emulated Cloud Run and the server')
  let cloud: Cloud | null = null
  try {
    cloud = await startCloud({
      dataDir: args['data-dir'] ?? join(folder, 'data'),
      engine: 'process',
      path: [path, dirname(process.execPath), process.env['PATH'] ?? ''].filter((part) => part !== '').join(delimiter),
      signal,
    })
    display.progress(null)
    made(display, 'Cloud Run', `${cloud.emulatorUrl} (emulated; control port ${cloud.controlUrl})`)
    made(display, 'Slipway server', cloud.url)
    const code = await runScenario(scenario, { cloud, display, folder, signal }, args.once)
    if (!args.once) await stayUp(cloud, signal)
    return code
  } catch (error) {
    display.progress(null)
    if (signal.aborted) return args.once ? 130 : 0
    console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`)
    for (const line of cloud?.server.lastLines(20) ?? []) console.error(`  server | ${line}`)
    return 1
  } finally {
    display.progress(null)
    await cloud?.stop()
  }
}

async function runScenario(scenario: Scenario, scene: Scene, isOnce: boolean): Promise<number> {
  const { cloud, display, signal } = scene
  const flow_run_id = await scenario.begin(scene)
  display.line('')
  const { states, outcome } = await followRun(cloud.client, flow_run_id, { display, timeoutMs: RUN_MS, signal })
  display.line('')
  const summary = summarise(await readEvidence(cloud, flow_run_id, states))
  const starts = await cloud.control.startsOf(flow_run_id)
  const last = states.at(-1)
  const fault =
    outcome === 'timeout' && (last === undefined || !isTerminal(last.type))
      ? `The run has not ended within ${RUN_MS / 1_000} s; it is ${summary.state ?? 'without a state'}: ${last?.message ?? 'no message'}`
      : findFault(summary, starts, states)
  if (fault === null) await scenario.review(scene, flow_run_id)
  made(display, 'processes', `${starts} started by Cloud Run for this run`)
  made(display, 'due to the call', `${summary.due_to_provider_call_ms ?? '-'} ms until Cloud Run was called`)
  made(display, 'due to Running', `${summary.due_to_running_ms ?? '-'} ms`)
  await showAddresses(scene, flow_run_id)
  if (fault !== null) tellFault(fault, cloud)
  if (isOnce) display.line(JSON.stringify(summary))
  return fault === null ? 0 : 1
}

/** Only what answers now is worth opening. */
async function showAddresses({ cloud, display }: Scene, flow_run_id: string): Promise<void> {
  const addresses = [
    ['API reference', `${cloud.url}/docs`],
    ['the run as JSON', `${cloud.url}/api/flow_runs/${flow_run_id}`],
    ['health', `${cloud.url}/api/ready`],
  ] as const
  for (const [what, address] of addresses) {
    const response = await fetch(address)
    await response.body?.cancel()
    if (response.ok) made(display, what, address)
  }
}

function tellFault(fault: string, { server, emulator }: Cloud): void {
  console.error(`\n${fault}`)
  for (const line of server.lastLines(20)) console.error(`  server   | ${line}`)
  for (const line of emulator.lastLines(10)) console.error(`  emulator | ${line}`)
}

async function stayUp({ server, emulator }: Cloud, signal: AbortSignal): Promise<void> {
  console.log('\nServer and emulator stay up until Ctrl-C.')
  const interrupted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)))
  const ended = Promise.race([
    server.ended.then((how) => `The server ended (${how})`),
    emulator.ended.then((how) => `The emulator ended (${how})`),
  ])
  const end = signal.aborted ? null : await Promise.race([interrupted, ended])
  if (end !== null) throw new Error(end)
  console.log('Stopping')
}

/** The first signal ends what goes on in an orderly way; a second one this process, whose children notice. */
function interruptible(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130)
      controller.abort(new Error('Interrupted'))
    })
  }
  return controller.signal
}

process.chdir(repositoryRoot)
process.exit(await main())

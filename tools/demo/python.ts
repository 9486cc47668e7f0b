// The story as Prefect's users know it: an unmodified client, its command line, and a Python flow.
import { cp, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { repositoryRoot, runCommand } from '../command.ts'
import { preparePython } from '../python.ts'
import { neutralEnvironment } from '../stage/children.ts'
import { BLOCK, POOL, POOL_TYPE, withCredentials } from '../stage/pool.ts'
import { type Scenario, type Scene, made } from './scenario.ts'

const EXAMPLE = join(repositoryRoot, 'examples/hello-push-python')
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/

export const pythonScenario: Scenario = {
  async prepare({ display }) {
    display.progress('looking for the Prefect client')
    const bin = await findBin()
    display.progress(null)
    return bin
  },

  async begin(scene) {
    const { display, folder, cloud } = scene
    // The deployment remembers its folder, and Python writes its cache there: not into the repository.
    const project = join(folder, 'hello-push-python')
    await cp(EXAMPLE, project, { recursive: true })
    const keyFile = join(folder, 'key.json')
    await writeFile(keyFile, JSON.stringify(cloud.account.key), { mode: 0o600 })

    await run(scene, 'prefect', ['block', 'register', '-m', 'prefect_gcp'])
    const saved = await run(scene, 'python', [join(project, 'save_credentials.py'), keyFile, BLOCK])
    made(display, 'GCP Credentials', `block "${BLOCK}" with a new key of ${cloud.account.email}`)

    const template = join(folder, 'template.json')
    await run(scene, 'prefect', ['work-pool', 'get-default-base-job-template', '--type', POOL_TYPE, '--file', template])
    const parsed = JSON.parse(await readFile(template, 'utf8')) as Parameters<typeof withCredentials>[0]
    await writeFile(template, JSON.stringify(withCredentials(parsed, uuidIn(saved))))
    const create = ['work-pool', 'create', POOL, '--type', POOL_TYPE, '--base-job-template', template, '--overwrite']
    await run(scene, 'prefect', create)
    made(display, 'work pool', `"${POOL}" of type ${POOL_TYPE}, its credentials are the block`)

    await run(scene, 'prefect', ['--no-prompt', 'deploy', '--all'], project)
    made(display, 'deployment', '"hello-push-python/hello-push" from examples/hello-push-python/prefect.yaml')
    const id = uuidIn(await run(scene, 'prefect', ['deployment', 'run', 'hello-push-python/hello-push']))
    made(display, 'flow run', id)
    return id
  },

  async review(scene, flow_run_id) {
    for (const args of [
      ['flow-run', 'logs', flow_run_id],
      ['task-run', 'ls'],
    ]) {
      scene.display.line(`  $ prefect ${args.join(' ')}`)
      for (const line of (await run(scene, 'prefect', args)).trimEnd().split('\n')) scene.display.line(`  ${line}`)
      scene.display.line('')
    }
  },
}

/** The virtual environment of the tests: the one that they were given, or the project's own, made when it is missing. */
async function findBin(): Promise<string> {
  const given = process.env['SLIPWAY_TEST_PYTHON'] ?? ''
  if (given !== '') return dirname(given)
  const python = await preparePython()
  if ('missing' in python) throw new Error(`The Python demo needs ${python.missing}`)
  return python.bin
}

/** Runs a program of the virtual environment against the server of this demo; what it printed, or an error with it. */
async function run(scene: Scene, program: string, args: readonly string[], cwd = scene.folder): Promise<string> {
  const { cloud, display, folder, signal } = scene
  const bin = await findBin()
  display.progress(`${program} ${args.slice(0, 3).join(' ')}`)
  const { code, output } = await runCommand(join(bin, program), args, {
    cwd,
    env: {
      ...neutralEnvironment(process.env),
      PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
      PREFECT_API_URL: cloud.client.url,
      PREFECT_HOME: join(folder, 'prefect'),
      // Wide enough that no table is cut.
      COLUMNS: '160',
      NO_COLOR: '1',
      PYTHONWARNINGS: 'ignore',
    },
    signal,
    output: 'capture',
  })
  display.progress(null)
  signal.throwIfAborted()
  if (code !== 0) throw new Error(`"${program} ${args.join(' ')}" ended with ${code}:\n${output.trimEnd()}`)
  return output
}

function uuidIn(output: string): string {
  const found = UUID.exec(output)?.[0]
  if (found === undefined) throw new Error(`There is no id in what was printed:\n${output}`)
  return found
}

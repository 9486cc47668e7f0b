// Runs a TypeScript file of this repository on the Node that the repository carries, installing what is missing first.
//   node tools/bootstrap.mjs tools/demo.ts --once
// Plain JavaScript for any Node from 20 on, and nothing but Node's own modules: this is what runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 20
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const modules = path.join(root, 'node_modules')
const cache = path.join(root, '.cache')
const stamp = path.join(modules, '.slipway-lock')
const isWindows = process.platform === 'win32'
const executable = isWindows ? 'node.exe' : 'node'

class Failure extends Error {}

function readJson(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'))
}

function say(line) {
  process.stderr.write(`slipway: ${line}\n`)
}

/** The exact Node that package.json pins through the npm package `node`. */
function pinnedNode() {
  return readJson(path.join(root, 'package.json')).devDependencies.node
}

/** Without install scripts the package `node` is an empty shell; the binary itself is in a package per platform. */
function platformPackage() {
  const platform = isWindows ? 'win' : process.platform
  return `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${platform}-${process.arch}`
}

function carriedNode() {
  return path.join(modules, 'node', 'bin', executable)
}

function versionOf(binary) {
  if (!fs.existsSync(binary)) return null
  const answer = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  return answer.status === 0 ? answer.stdout.trim().replace(/^v/, '') : null
}

/** What the installation was made from: another lock file, Node or platform makes it stale. */
function wantedStamp() {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'))
  return createHash('sha256').update(lock).update(`${pinnedNode()} ${process.platform}-${process.arch}`).digest('hex')
}

function isReady() {
  if (!fs.existsSync(stamp) || !fs.existsSync(carriedNode())) return false
  return fs.readFileSync(stamp, 'utf8') === wantedStamp()
}

/**
 * npm keeps its own record of what it put into node_modules. When that agrees with the lock file, somebody ran
 * `npm install` or `npm ci` by hand, and doing it again would only take time.
 */
function matchesLockFile() {
  const record = path.join(modules, '.package-lock.json')
  if (!fs.existsSync(record)) return false
  const installed = readJson(record).packages
  const wanted = readJson(path.join(root, 'package-lock.json')).packages
  return Object.entries(wanted).every(([name, entry]) => {
    if (!name.includes('node_modules/')) return true
    const found = installed[name]
    if (found === undefined) return entry.optional === true || entry.devOptional === true
    if (!fs.existsSync(path.join(root, name))) return false
    return entry.link === true ? found.link === true : found.version === entry.version
  })
}

function remedy(output) {
  if (/E(NOTFOUND|AI_AGAIN|TIMEDOUT|CONNREFUSED|CONNRESET|NETUNREACH|HOSTUNREACH)/.test(output)) {
    return 'npm could not reach its registry. Check the network, the proxy settings and "npm config get registry", then try again.'
  }
  if (/\bE401\b|\bE403\b/.test(output))
    return 'npm\'s registry refused the request. Check the credentials in your ".npmrc".'
  if (/ENOSPC/.test(output)) return 'The disk is full.'
  if (/EACCES|EPERM/.test(output)) return `npm may not write below ${root}. Check who owns it.`
  if (/can only install packages when your package\.json and package-lock\.json/.test(output)) {
    return 'package.json and package-lock.json do not agree. Run "npm install" and commit the lock file.'
  }
  return "npm's own message is above."
}

/** Quiet when it works; npm's own output when it does not. */
function npm(args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], shell: isWindows })
    let output = ''
    const keep = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', () => reject(new Failure('There is no "npm" on PATH. Install Node with npm, 20 or newer.')))
    child.on('close', (code) => {
      if (code === 0) return resolve()
      process.stderr.write(output)
      reject(new Failure(`"npm ${args.join(' ')}" failed. ${remedy(output)}`))
    })
  })
}

function withFirstOnPath(...folders) {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...process.env, [key]: [...folders, process.env[key] ?? ''].join(path.delimiter) }
}

function nodeCache() {
  return path.join(cache, `node-${pinnedNode()}`)
}

/** The pinned Node in .cache, from the platform's own package: needs no install script, and no Node 24 either. */
async function fetchNode() {
  const home = nodeCache()
  const binary = path.join(home, 'node_modules', platformPackage(), 'bin', executable)
  if (!fs.existsSync(binary)) {
    fs.mkdirSync(home, { recursive: true })
    fs.writeFileSync(path.join(home, 'package.json'), '{"private":true}\n')
    await npm(['install', '--no-save', '--no-package-lock', `${platformPackage()}@${pinnedNode()}`], {
      cwd: home,
      env: process.env,
    })
  }
  return binary
}

/** npm chooses packages by the Node it runs on, and leaves out optional ones that want a newer Node: so it runs on ours. */
async function installDependencies() {
  const env =
    Number(process.versions.node.split('.')[0]) >= 24 ? process.env : withFirstOnPath(path.dirname(await fetchNode()))
  await npm(['ci', '--include=dev', '--include=optional'], { cwd: root, env })
}

/** npm ran no install script (an older or stricter setting): what the package `node` would have done, done here. */
async function repairNode() {
  const target = carriedNode()
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.rmSync(target, { force: true })
  const source = await fetchNode()
  try {
    fs.linkSync(source, target)
  } catch {
    fs.copyFileSync(source, target) // another file system, or one without links
  }
  fs.chmodSync(target, 0o755)
  const link = path.join(modules, '.bin', 'node')
  if (!isWindows && !fs.existsSync(link)) {
    fs.rmSync(link, { force: true })
    fs.symlinkSync('../node/bin/node', link)
  }
  if (versionOf(target) !== pinnedNode()) {
    const libc = process.platform === 'linux' ? ' (its Linux build needs glibc; Alpine has musl)' : ''
    throw new Failure(`Node ${pinnedNode()} was installed but does not start on this machine${libc}.`)
  }
}

async function install() {
  const started = Date.now()
  if (!matchesLockFile()) {
    say('installing dependencies (once; npm is quiet, this takes about a minute)')
    await installDependencies()
    if (!matchesLockFile()) throw new Failure('npm finished, but node_modules does not agree with package-lock.json.')
  }
  if (versionOf(carriedNode()) !== pinnedNode()) await repairNode()
  fs.writeFileSync(stamp, wantedStamp())
  fs.rmSync(nodeCache(), { recursive: true, force: true })
  const seconds = Math.round((Date.now() - started) / 1000)
  if (seconds > 2) say(`dependencies are in place after ${seconds} s`)
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** One installer at a time; a lock whose owner has died is taken over. */
async function withLock(work) {
  fs.mkdirSync(cache, { recursive: true })
  const lock = path.join(cache, 'bootstrap.lock')
  // Linking a finished file is atomic with its content: nobody ever reads a lock without its owner.
  const mine = path.join(cache, `bootstrap.${process.pid}`)
  fs.writeFileSync(mine, String(process.pid))
  let told = false
  for (;;) {
    try {
      fs.linkSync(mine, lock)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    let owner = 0
    try {
      owner = Number(fs.readFileSync(lock, 'utf8'))
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
      continue
    }
    if (!isAlive(owner)) {
      fs.rmSync(lock, { force: true })
      continue
    }
    if (!told) say(`another process (${owner}) is installing dependencies; waiting for it`)
    told = true
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  fs.rmSync(mine)
  const release = () => fs.rmSync(lock, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.removeListener('exit', release)
    release()
  }
}

/** The script takes over: its streams, its signals, its exit code are this process's. */
function run(script, args) {
  const env = withFirstOnPath(path.join(modules, '.bin'), path.dirname(carriedNode()))
  const child = spawn(carriedNode(), ['--conditions=source', script, ...args], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C in a terminal reaches the whole process group; sent on as well, the script would take it for a second one.
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    say(`${carriedNode()} cannot be started: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1
      return
    }
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

async function main([script, ...args]) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new Failure(
      `This needs Node ${OLDEST_NODE} or newer to start with; it runs on ${process.versions.node}. Install a newer one, then try again.`,
    )
  }
  if (script === undefined) throw new Failure('Usage: node tools/bootstrap.mjs <script.ts> [arguments]')
  const file = path.resolve(root, script)
  if (!fs.existsSync(file)) throw new Failure(`There is no ${path.relative(root, file)} in this repository.`)
  if (!isReady()) {
    await withLock(async () => {
      if (!isReady()) await install()
    })
  }
  run(file, args)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Failure)) throw error
  say(error.message)
  process.exitCode = 1
}

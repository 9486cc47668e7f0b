#!/usr/bin/env node
/** The main program of a container: `node node_modules/@slipway/sdk/dist/entrypoint.js`, or `slipway-flow`. */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createHost } from './host.ts'
import { runContainer } from './run-container.ts'

export { EXIT, runContainer } from './run-container.ts'
export { createHost, type Host } from './host.ts'

/** `import.meta.main` came with Node 24; Node 22 is asked for the path, which npm makes a link. */
function isMain(): boolean {
  if (import.meta.main !== undefined) return import.meta.main
  const [, script] = process.argv
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)
}

if (isMain()) {
  const code = await runContainer(createHost())
  // What the flow left open (timers, sockets) must not keep the container alive, and be paid for.
  process.exit(code)
}

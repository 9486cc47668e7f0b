import { createServer } from 'node:net'

/** The port if nobody has it, else 0: whoever listens then gets any free one. */
export function freeOrAny(port: number): Promise<number> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(0))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })
}

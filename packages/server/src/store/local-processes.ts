import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, under another account.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

interface RunOptions {
  readonly cwd: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
}

/** Null when the program ended well, else how it ended and its last lines. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  { input = '', ...options }: RunOptions,
): Promise<string | null> {
  const child = spawn(command, args, { ...options, stdio: 'pipe' })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  // A program that ends before it has read everything breaks the pipe; how it ended tells more.
  child.stdin.on('error', () => undefined).end(input)
  return await new Promise((settle) => {
    child.on('error', (error) => settle(error.message))
    child.on('close', (code, signal) =>
      settle(code === 0 ? null : `${signal ?? `exit code ${code}`}: ${output.trim().split('\n').slice(-3).join(' ')}`),
    )
  })
}

export async function freePort(): Promise<number> {
  const server = createServer()
  return await new Promise((settle, fail) => {
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null ? settle(address.port) : fail(new Error('no port')),
      )
    })
  })
}

/** The control port of an emulator: JSON in, JSON out. */
export function controlOf(controlUrl: string) {
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${controlUrl}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer
  }
  return {
    get: (path: string) => send('GET', path),
    post: (path: string, body: unknown) => send('POST', path, body),
    delete: (path: string) => send('DELETE', path),
    async processStarts(): Promise<number> {
      const counters = (await send('GET', 'counters')) as {
        readonly process_starts: { readonly total?: number } | number
      }
      return typeof counters.process_starts === 'number'
        ? counters.process_starts
        : (counters.process_starts.total ?? 0)
    },
  }
}

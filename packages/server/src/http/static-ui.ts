import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const DIST = resolve(import.meta.dirname, '../../../ui/dist')

/** Pages load only what this server sends, run no inline script and stand in nobody's frame. */
const PAGE_POLICY =
  "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:"

const HTML = 'text/html; charset=utf-8'

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: HTML,
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
}

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Slipway</title>
<h1>The pages are not built yet</h1>
<p>The API works: see <a href="./docs">its reference</a>.</p>
<p>To build the pages, run this in the folder of Slipway's source and load this page again:</p>
<pre>npm run build -w @slipway/ui</pre></html>`

interface Asset {
  readonly path: string
  readonly type: string
  readonly encodings: ReadonlySet<string>
}

/**
 * The web interface, below `/`. The build is looked for at each page, so that it may come while the server runs; what
 * is below `/assets/` has its fingerprint in its name and never changes.
 */
export function mountUi(app: FastifyInstance, dist: string = DIST): void {
  // Nothing of it is secret, and the page that asks for a credential is part of it.
  const open = { config: { isPage: true } }
  app.get('/assets/*', open, (request, answer) => sendFile(dist, request, answer))
  app.get('/favicon.svg', open, (request, answer) => sendFile(dist, request, answer))
  app.get('/fonts/*', open, (request, answer) => sendFile(dist, request, answer))
  for (const path of PAGES) app.get(path, open, (request, answer) => sendPage(dist, request, answer))
}

/** First parts of the pages' paths; below each any path is a page, also those that Prefect's client prints. */
const FIRST_PARTS = [
  'runs',
  'flow-runs',
  'flows',
  'deployments',
  'work-pools',
  'work-queues',
  'blocks',
  'variables',
  'events',
  'automations',
  'concurrency-limits',
  'artifacts',
  'dashboard',
  'settings',
  'login',
]
const PAGES = ['/', ...FIRST_PARTS.flatMap((part) => [`/${part}`, `/${part}/*`])]

function sendPage(dist: string, { url }: FastifyRequest, answer: FastifyReply): FastifyReply {
  answer.header('content-security-policy', PAGE_POLICY).header('cache-control', 'no-cache').type(HTML)
  const page = readIfThere(join(dist, 'index.html'))
  if (page === null) return answer.send(NOT_BUILT)
  return answer.send(page.toString().replace('<base href="./"', `<base href="${wayUp(url)}"`))
}

/** From the path of a page to the folder of `/`: right under any prefix that a proxy has taken off. */
function wayUp(url: string): string {
  const path = url.split('?', 1)[0] ?? '/'
  const depth = path.split('/').length - 2
  return depth === 0 ? './' : '../'.repeat(depth)
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function sendFile(dist: string, request: FastifyRequest, answer: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? ''
  const asset = findAsset(dist, path)
  if (asset === null) {
    answer.callNotFound()
    return answer
  }
  const accepted = request.headers['accept-encoding'] ?? ''
  const encoding = ['br', 'gzip'].find((name) => asset.encodings.has(name) && accepted.includes(name))
  const suffix = encoding === undefined ? '' : encoding === 'br' ? '.br' : '.gz'
  if (encoding !== undefined) answer.header('content-encoding', encoding)
  return answer
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
    .header('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    .header('vary', 'accept-encoding')
    .type(asset.type)
    .send(readFileSync(asset.path + suffix))
}

/** Only what the build lists: a path that climbs out of its folder is the path of nothing. */
function findAsset(dist: string, path: string): Asset | null {
  const names = listFiles(dist)
  const name = path.slice(1).split('/').join(sep)
  const type = MEDIA_TYPES[/\.(\w+)$/.exec(name)?.[1] ?? '']
  if (type === undefined || !names.has(name)) return null
  const encodings = new Set([...(names.has(`${name}.br`) ? ['br'] : []), ...(names.has(`${name}.gz`) ? ['gzip'] : [])])
  return { path: join(dist, name), type, encodings }
}

function listFiles(dist: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Set()
    throw error
  }
}

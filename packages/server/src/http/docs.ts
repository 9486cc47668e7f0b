import { createHash } from 'node:crypto'
import * as contract from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import { DOCS_STYLE, renderDocsPage } from './docs-page.ts'

/** Only its own style, by fingerprint: the page can load nothing, run nothing and send nothing. */
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(DOCS_STYLE).digest('base64')}'; frame-ancestors 'none'`

/** `/openapi.json` and the reference that is made from it. Both are rendered when they are first asked for. */
export function mountDocs(app: FastifyInstance): void {
  const rendered = new Map<'document' | 'page', string>()
  const document = () => contract.renderOpenApi({ operations: contract.allOperations, exports: contract })
  const once = (what: 'document' | 'page', render: () => string) => {
    const text = rendered.get(what) ?? render()
    rendered.set(what, text)
    return text
  }
  app.get('/openapi.json', (_request, answer) =>
    answer.type('application/json').send(once('document', () => JSON.stringify(document()))),
  )
  app.get('/docs', (_request, answer) =>
    answer
      .header('content-security-policy', PAGE_POLICY)
      .type('text/html; charset=utf-8')
      .send(once('page', () => renderDocsPage(document()))),
  )
}

import type { Operation } from '@slipway/contract'

const UUID = '[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}'
const WORKSPACE = /^\/accounts\/[^/]+\/workspaces\/[^/]+(?=\/)/

/** Which methods a path has: tells 405 from 404, which the router cannot. */
export interface RouteTable {
  add(operation: Operation): void
  /** Empty when there is no such path. */
  methodsOf(url: string): readonly string[]
  readonly operations: readonly Operation[]
}

export function createRouteTable(): RouteTable {
  const operations: Operation[] = []
  const patterns: { readonly pattern: RegExp; readonly method: string }[] = []
  return {
    operations,
    add(operation) {
      operations.push(operation)
      patterns.push({ pattern: patternOf(operation), method: operation.method })
    },
    methodsOf(url) {
      const [path = ''] = url.split('?', 1)
      const below = path.replace(/^\/api/, '').replace(WORKSPACE, '')
      const methods = patterns.filter(({ pattern }) => pattern.test(below)).map(({ method }) => method)
      return path.startsWith('/api/') ? [...new Set(methods)] : []
    },
  }
}

function patternOf({ path, params }: Operation): RegExp {
  const source = path
    .replace(/\/$/, '')
    .replaceAll(/\{(\w+)\}/g, (_match, name: string) => (isPathUuid(params?.properties[name]) ? UUID : '[^/]+'))
  return new RegExp(`^${source}/?$`)
}

/** A path that has no UUID where one belongs is no path at all (404), except where the contract says `loose` (422). */
export function isPathUuid(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  return 'format' in schema && schema.format === 'uuid' && !('loose' in schema && schema.loose === true)
}

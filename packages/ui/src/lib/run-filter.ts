import type { DeploymentFilter, FlowFilter, FlowRunFilter, StateType, WorkPoolFilter } from '@slipway/contract'
import { parseSpan } from './time.ts'

/** `key:value`, or a word of free text with the key `text`. */
export interface Token {
  readonly key: string
  readonly value: string
}

const FILTER_KEYS = ['state', 'deployment', 'flow', 'pool', 'tag', 'since', 'id'] as const

/** Splits what was typed; a value with spaces stands in quotes: `deployment:"daily load"`. */
export function parseQuery(query: string): readonly Token[] {
  const tokens = [...query.matchAll(/(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/g)].map((match): Token => {
    const [whole, key, quoted, bare = ''] = match
    const value = quoted ?? bare
    if (key === undefined || !FILTER_KEYS.some((known) => known === key)) return { key: 'text', value: quoted ?? whole }
    return { key, value }
  })
  return tokens.filter(({ value }) => value !== '')
}

export function formatQuery(tokens: readonly Token[]): string {
  return tokens
    .map(({ key, value }) => {
      const shown = /[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value
      return key === 'text' ? shown : `${key}:${shown}`
    })
    .join(' ')
}

const STATES: Readonly<Record<string, { readonly types: readonly StateType[]; readonly names?: readonly string[] }>> = {
  scheduled: { types: ['SCHEDULED'] },
  late: { types: ['SCHEDULED'], names: ['Late'] },
  pending: { types: ['PENDING'] },
  running: { types: ['RUNNING'] },
  completed: { types: ['COMPLETED'] },
  failed: { types: ['FAILED'] },
  crashed: { types: ['CRASHED'] },
  cancelled: { types: ['CANCELLED'] },
  cancelling: { types: ['CANCELLING'] },
  paused: { types: ['PAUSED'] },
  waiting: { types: ['SCHEDULED', 'PENDING', 'PAUSED'] },
  problem: { types: ['FAILED', 'CRASHED'] },
}

const STATE_WORDS = Object.keys(STATES)

export interface RunsBody {
  readonly flow_runs?: FlowRunFilter
  readonly flows?: FlowFilter
  readonly deployments?: DeploymentFilter
  readonly work_pools?: WorkPoolFilter
}

export interface RunsQuestion {
  readonly body: RunsBody
  /** Why a token was left out, in words; the list is shown without it. */
  readonly complaints: readonly string[]
}

/** What was typed, as the filters of `POST /flow_runs/paginate`. All of them hold; words of one state key are joined by `,`. */
export function toRunsQuestion(query: string, now: number): RunsQuestion {
  const tokens = parseQuery(query)
  const complaints: string[] = []
  const all = (key: string) => tokens.filter((token) => token.key === key).flatMap(({ value }) => value.split(','))
  const states = all('state').flatMap((word) => {
    const state = STATES[word.toLowerCase()]
    if (state === undefined) complaints.push(`There is no state "${word}". States: ${STATE_WORDS.join(', ')}.`)
    return state === undefined ? [] : [state]
  })
  const since = all('since').at(-1)
  const span = since === undefined ? null : parseSpan(since)
  if (since !== undefined && span === null) complaints.push(`"since:${since}" is no time. Usual: 15m, 24h, 7d.`)
  const text = all('text').join(' ')
  const [ids, tags, pools, flow, deployment] = [
    all('id'),
    all('tag'),
    all('pool'),
    all('flow').at(-1),
    all('deployment').at(-1),
  ]
  const isNamed = states.length > 0 && states.every(({ names }) => names !== undefined)
  const flow_runs: FlowRunFilter = {
    ...(text === '' ? {} : { name: { like_: text } }),
    ...(ids.length === 0 ? {} : { id: { any_: ids } }),
    ...(tags.length === 0 ? {} : { tags: { all_: tags } }),
    ...(states.length === 0
      ? {}
      : {
          state: isNamed
            ? { name: { any_: states.flatMap(({ names = [] }) => names) } }
            : { type: { any_: [...new Set(states.flatMap(({ types }) => types))] } },
        }),
    ...(span === null ? {} : { expected_start_time: { after_: new Date(now - span).toISOString() } }),
  }
  return {
    body: {
      ...(Object.keys(flow_runs).length === 0 ? {} : { flow_runs }),
      ...(flow === undefined ? {} : { flows: { name: { like_: flow } } }),
      ...(deployment === undefined ? {} : { deployments: { flow_or_deployment_name: { like_: deployment } } }),
      ...(pools.length === 0 ? {} : { work_pools: { name: { any_: pools } } }),
    },
    complaints,
  }
}

import type { Checks } from './issue.ts'

const SLUG = /^[a-z0-9-]*$/
const VARIABLE_NAME = /^[a-z0-9_-]+$/
const BANNED = /[/%&><]/
const MOST_VARIABLE_CHARACTERS = 5_000
const MOST_CACHE_KEY_CHARACTERS = 2_000
const MOST_SCHEDULED_RUNS = 500
const MOST_PARAMETER_BYTES = 524_288
const MOST_LABELS = 500
const MOST_EVENT_NAME_CHARACTERS = 1_024
export const LEAST_PROACTIVE_SECONDS = 10

interface Labelled {
  readonly [label: string]: string
}

interface Source {
  readonly source: 'selected' | 'inferred'
}

/** The rules that need nothing but the value; the server adds those that need its own parsers (cron, templates …). */
export const contractChecks = {
  slug: (text: string) => (SLUG.test(text) ? null : 'Only lower-case letters, digits and dashes are allowed'),
  name: (text: string) => (BANNED.test(text) ? 'The characters / % & > < are not allowed' : null),
  'variable-name': (text: string) =>
    VARIABLE_NAME.test(text) ? null : 'Only lower-case letters, digits, dashes and underscores are allowed',
  'variable-value': (value: unknown) =>
    JSON.stringify(value).length > MOST_VARIABLE_CHARACTERS
      ? `The value may have at most ${MOST_VARIABLE_CHARACTERS} characters as JSON`
      : null,
  'cache-key': (text: string) =>
    text.length > MOST_CACHE_KEY_CHARACTERS
      ? `A cache key may have at most ${MOST_CACHE_KEY_CHARACTERS} characters`
      : null,
  'not-negative': (number: number) => (number < 0 ? 'This must not be negative' : null),
  'retry-delays': (delays: unknown) =>
    Array.isArray(delays) && delays.length > 50 ? 'At most 50 retry delays are allowed' : null,
  'max-scheduled-runs': (count: number) =>
    count > MOST_SCHEDULED_RUNS ? `This must be at most ${MOST_SCHEDULED_RUNS}` : null,
  'parameters-size': (parameters: unknown) =>
    new TextEncoder().encode(JSON.stringify(parameters)).length > MOST_PARAMETER_BYTES
      ? `Parameters may have at most ${MOST_PARAMETER_BYTES} bytes as JSON`
      : null,
  'block-document': ({ name, is_anonymous }: { readonly name: string | null; readonly is_anonymous: boolean }) =>
    name === null && !is_anonymous ? 'A block document needs a name unless it is anonymous' : null,
  'event-name': (text: string) =>
    text.length > MOST_EVENT_NAME_CHARACTERS
      ? `An event's name may have at most ${MOST_EVENT_NAME_CHARACTERS} characters`
      : null,
  resource: (labels: Labelled) => resourceFault(labels),
  'related-resource': (labels: Labelled) =>
    resourceFault(labels) ??
    ((labels['prefect.resource.role'] ?? '') === ''
      ? 'A related resource needs the label prefect.resource.role'
      : null),
  'event-trigger': ({ posture, within }: { readonly posture: string; readonly within: number }) => {
    if (posture === 'Proactive' && within !== 0 && within < LEAST_PROACTIVE_SECONDS)
      return `A proactive trigger needs at least ${LEAST_PROACTIVE_SECONDS} seconds`
    return within < 0 ? 'A trigger cannot look at less than no time' : null
  },
  'compound-trigger': ({ require, triggers }: { require: number | string; triggers: readonly unknown[] }) =>
    typeof require === 'number' && (require < 1 || require > triggers.length)
      ? 'It can require at least one of its triggers and at most all'
      : null,
  'selected-deployment': (action: Source & { readonly deployment_id: string | null }) =>
    selectionFault(action.source, action.deployment_id, 'deployment_id'),
  'selected-work-pool': (action: Source & { readonly work_pool_id: string | null }) =>
    selectionFault(action.source, action.work_pool_id, 'work_pool_id'),
  'selected-work-queue': (action: Source & { readonly work_queue_id: string | null }) =>
    selectionFault(action.source, action.work_queue_id, 'work_queue_id'),
  'selected-automation': (action: Source & { readonly automation_id: string | null }) =>
    selectionFault(action.source, action.automation_id, 'automation_id'),
} as const satisfies Checks

function resourceFault(labels: Labelled): string | null {
  if (Object.keys(labels).length > MOST_LABELS) return `A resource may have at most ${MOST_LABELS} labels`
  return (labels['prefect.resource.id'] ?? '') === '' ? 'A resource needs the label prefect.resource.id' : null
}

function selectionFault(source: Source['source'], id: string | null, field: string): string | null {
  if (source === 'selected') return id === null ? `${field} is required when the source is "selected"` : null
  return id === null ? null : `${field} is not allowed when the source is "inferred"`
}

import { jobName } from '../domain/identity.ts'
import type { FrozenRequest, Provider, Providers, SubmitOutcome } from '../providers/provider.ts'

export interface RecordingProviders extends Providers {
  /** Requests in the order in which they were sent. */
  readonly sent: FrozenRequest[]
  /** What the next calls answer; accepted when it says nothing. */
  answer: (request: FrozenRequest) => SubmitOutcome | null
}

const TYPE = 'recording:push'

/** A cloud in memory, for tests of what happens around a call; what a call does is the conformance suite's matter. */
export function createRecordingProviders(): RecordingProviders {
  const sent: FrozenRequest[] = []
  const accepted: SubmitOutcome = {
    kind: 'accepted',
    adopted: false,
    execution: { name: 'execution', console_url: null },
  }
  const providers: RecordingProviders = {
    sent,
    answer: () => null,
    types: [TYPE],
    describe: (type) =>
      type === TYPE
        ? {
            type,
            display_name: 'Recording - Push',
            description: 'Remembers what it was sent.',
            logo_url: null,
            documentation_url: null,
            is_beta: false,
            default_base_job_configuration: {
              job_configuration: { env: '{{ env }}' },
              variables: { type: 'object', properties: { env: { type: 'object' } } },
            },
          }
        : null,
    get: async (type) => (type === TYPE ? provider : null),
  }
  const provider: Provider = {
    types: [TYPE],
    describe: (type) => {
      const described = providers.describe(type)
      if (described === null) throw new Error(`No such type: ${type}`)
      return described
    },
    render: ({ identity, env, configuration }) =>
      configuration['refuse'] === undefined
        ? {
            kind: 'rendered',
            request: {
              resource_name: jobName(identity),
              infrastructure_pid: jobName(identity),
              location: {},
              body: { env: { ...env }, configuration },
              identity,
              keep: false,
            },
          }
        : {
            kind: 'refused',
            fault: { class: 'misconfigured', code: 'recording.refused', message: 'The template says so.' },
          },
    submit: async (_call, request) => {
      sent.push(request)
      return providers.answer(request) ?? accepted
    },
    find: async (_call, request) =>
      sent.some((each) => each.resource_name === request.resource_name)
        ? { kind: 'found', execution: { name: 'execution', console_url: null } }
        : { kind: 'absent' },
    observe: async () => ({ kind: 'observed', observations: [] }),
    stop: async () => ({ kind: 'done' }),
    discard: async () => ({ kind: 'done' }),
    tailLogs: async () => [],
    probe: async () => ({ kind: 'ok', message: 'It remembers.' }),
  }
  return providers
}

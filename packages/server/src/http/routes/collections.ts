import type { JsonObject } from '@slipway/contract'
import type { PoolTypeDescription } from '../../providers/provider.ts'

/**
 * What kinds of work pools there are, in the shape in which Prefect's CLI reads it: it offers and accepts only the
 * types listed here. Push types come from the providers; `process` is for people who keep a worker of Prefect's own.
 */
export function workPoolTypesView(described: readonly PoolTypeDescription[]): JsonObject {
  const push = described.map((each) => {
    // The CLI wants text where there is nothing to link to.
    const texts = {
      install_command: '',
      documentation_url: each.documentation_url ?? '',
      logo_url: each.logo_url ?? '',
    }
    return [each.type, { ...each, ...texts }] as const
  })
  return {
    slipway: Object.fromEntries(push),
    prefect: { process: processType },
  }
}

const nullableText = (title: string, description: string): JsonObject => ({
  title,
  description,
  anyOf: [{ type: 'string' }, { type: 'null' }],
  default: null,
})

const processType: JsonObject = {
  type: 'process',
  display_name: 'Process',
  description: 'Runs flows as processes of a worker that you start yourself. For trying things out on one machine.',
  logo_url: '',
  documentation_url: '',
  install_command: 'pip install prefect',
  is_beta: false,
  default_base_job_configuration: {
    job_configuration: {
      command: '{{ command }}',
      env: '{{ env }}',
      labels: '{{ labels }}',
      name: '{{ name }}',
      stream_output: '{{ stream_output }}',
      working_dir: '{{ working_dir }}',
    },
    variables: {
      type: 'object',
      properties: {
        name: nullableText('Name', 'Name of the process, for people.'),
        env: {
          title: 'Environment variables',
          description: 'Variables that the process sees besides those of the worker.',
          type: 'object',
          additionalProperties: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        },
        labels: {
          title: 'Labels',
          description: 'Labels of the process.',
          type: 'object',
          additionalProperties: { type: 'string' },
        },
        command: nullableText('Command', 'Command to run; the default runs the flow run.'),
        stream_output: {
          title: 'Stream output',
          description: "Whether the worker shows the process's output.",
          type: 'boolean',
          default: true,
        },
        working_dir: nullableText('Working directory', 'Directory in which the process starts.'),
      },
    },
  },
}

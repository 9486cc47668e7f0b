import type { JsonObject } from '@slipway/contract'
import type { PoolTypeDescription } from '../provider.ts'

/** Work-pool types that this provider serves; the first is the one that guides use. */
export const CLOUD_RUN_TYPES = ['cloud-run:push', 'cloud-run-v2:push'] as const

/** How the pool type presents itself, and the template that a new pool starts with. */
export function describeCloudRun(type: string): PoolTypeDescription {
  const second = type === 'cloud-run-v2:push'
  return {
    type,
    display_name: second ? 'Google Cloud Run V2 - Push' : 'Google Cloud Run - Push',
    description:
      'Starts each flow run as a Cloud Run job the moment it is due. Needs a Google Cloud account, no worker.',
    logo_url: null,
    documentation_url: null,
    is_beta: false,
    default_base_job_configuration: { job_configuration: jobConfiguration, variables },
  }
}

const jobConfiguration: JsonObject = {
  command: '{{ command }}',
  env: '{{ env }}',
  labels: '{{ labels }}',
  name: '{{ name }}',
  credentials: '{{ credentials }}',
  region: '{{ region }}',
  timeout: '{{ timeout }}',
  keep_job: '{{ keep_job }}',
  env_from_secrets: '{{ env_from_secrets }}',
  cloudsql_instances: '{{ cloudsql_instances }}',
  job_body: {
    client: 'slipway',
    launchStage: '{{ launch_stage }}',
    template: {
      template: {
        serviceAccount: '{{ service_account_name }}',
        maxRetries: '{{ max_retries }}',
        timeout: '{{ timeout }}',
        vpcAccess: { connector: '{{ vpc_connector_name }}' },
        containers: [
          {
            env: [],
            image: '{{ image }}',
            command: '{{ command }}',
            args: '{{ args }}',
            resources: { limits: { cpu: '{{ cpu }}', memory: '{{ memory }}' } },
          },
        ],
      },
    },
  },
}

function nullable(type: string, title: string, description: string, extra: JsonObject = {}): JsonObject {
  return { title, description, anyOf: [{ type, ...extra }, { type: 'null' }], default: null }
}

const variables: JsonObject = {
  type: 'object',
  properties: {
    name: nullable('string', 'Name', 'Name of the job in Cloud Run is made by Slipway; this one is kept as a label.'),
    env: {
      title: 'Environment variables',
      description: 'Variables that the container sees, besides those that Slipway sets.',
      type: 'object',
      additionalProperties: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    },
    labels: {
      title: 'Labels',
      description: 'Labels of the job and its execution. Cloud Run allows lower case letters, digits, - and _.',
      type: 'object',
      additionalProperties: { type: 'string' },
    },
    command: nullable(
      'string',
      'Command',
      'What the container runs. Left empty, it runs the flow run that it was started for.',
    ),
    credentials: {
      title: 'GCP Credentials',
      description: 'The GCP Credentials block whose service account creates the job.',
      allOf: [{ $ref: '#/definitions/GcpCredentials' }],
    },
    region: {
      title: 'Region',
      description: 'Region in which jobs run.',
      type: 'string',
      default: 'us-central1',
      examples: ['us-central1'],
    },
    image: {
      title: 'Image',
      description: 'Container image of the flow. Its default carries Prefect; a deployment usually names its own.',
      type: 'string',
      default: 'docker.io/prefecthq/prefect:3-latest',
    },
    args: {
      title: 'Arguments',
      description: 'Arguments of the command.',
      type: 'array',
      items: { type: 'string' },
    },
    env_from_secrets: {
      title: 'Environment variables from Secret Manager',
      description: 'Variable name to {secret, version}; the value never passes through Slipway.',
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: { secret: { type: 'string' }, version: { type: 'string', default: 'latest' } },
        required: ['secret'],
      },
    },
    cloudsql_instances: {
      title: 'Cloud SQL instances',
      description: 'Connection names of Cloud SQL instances, mounted under /cloudsql.',
      type: 'array',
      items: { type: 'string' },
    },
    keep_job: {
      title: 'Keep job after it ended',
      description: 'Jobs are deleted an hour after they ended, unless this is set.',
      type: 'boolean',
      default: false,
    },
    launch_stage: {
      title: 'Launch stage',
      description: 'Maturity of the Cloud Run features that the job may use.',
      type: 'string',
      enum: ['ALPHA', 'BETA', 'GA', 'DEPRECATED', 'EARLY_ACCESS', 'PRELAUNCH', 'UNIMPLEMENTED'],
      default: 'BETA',
    },
    max_retries: {
      title: 'Retries by Cloud Run',
      description:
        'How often Cloud Run itself restarts a failed container. A flow has retries of its own, so 0 is right.',
      type: 'integer',
      minimum: 0,
      maximum: 10,
      default: 0,
    },
    cpu: nullable('string', 'CPU', 'CPU of the container in cores or millicores, for example 1000m.'),
    memory: nullable('string', 'Memory', 'Memory of the container, for example 512Mi or 2Gi.', {
      pattern: '^\\d+(?:G|Gi|M|Mi)$',
    }),
    timeout: {
      title: 'Timeout in seconds',
      description: 'After this time Cloud Run stops the container.',
      type: 'integer',
      minimum: 1,
      maximum: 604_800,
      default: 600,
    },
    vpc_connector_name: nullable(
      'string',
      'VPC connector',
      'Serverless VPC connector through which the container reaches a network.',
    ),
    service_account_name: nullable(
      'string',
      'Service account of the flow',
      'The identity that the container has; not the one that creates the job.',
    ),
  },
  definitions: {
    GcpCredentials: {
      title: 'GcpCredentials',
      type: 'object',
      block_type_slug: 'gcp-credentials',
      block_schema_references: {},
      properties: {
        service_account_file: { title: 'Service Account File', type: 'string' },
        service_account_info: { title: 'Service Account Info', type: 'object' },
        project: { title: 'Project', type: 'string' },
      },
    },
  },
}

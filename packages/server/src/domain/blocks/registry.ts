import type { JsonObject } from '@slipway/contract'
import { blockSchemaChecksum } from './checksum.ts'

/** A type that every installation has from its first start, so that tools find it before any client registers it. */
export interface RegisteredBlockType {
  readonly name: string
  readonly slug: string
  readonly logo_url: string | null
  readonly documentation_url: string | null
  readonly description: string
  readonly code_example: string | null
  readonly is_protected: boolean
  readonly schema: RegisteredBlockSchema
}

export interface RegisteredBlockSchema {
  readonly fields: JsonObject
  readonly capabilities: readonly string[]
  readonly version: string
}

/** Raised with every change of a schema below; a client that has another one registers it under its own version. */
const VERSION = 'slipway-1'

type Property = Readonly<Record<string, string | boolean | number | null | readonly JsonObject[] | readonly string[]>>

function optional(kind: JsonObject, title: string, description: string): Property {
  return { anyOf: [kind, { type: 'null' }], default: null, title, description }
}

const text = { type: 'string' }
const secret = { type: 'string', format: 'password', writeOnly: true }
const anyObject = { type: 'object', additionalProperties: true }

interface Declaration {
  readonly title: string
  readonly slug: string
  readonly description: string
  readonly properties: Readonly<Record<string, Property>>
  readonly required?: readonly string[]
  readonly secret_fields: readonly string[]
}

function schema({
  title,
  slug,
  description,
  properties,
  required = [],
  secret_fields,
}: Declaration): RegisteredBlockSchema {
  const placed = Object.entries(properties).map(
    ([name, property], position) => [name, { ...property, position }] as const,
  )
  const fields = {
    title,
    type: 'object',
    description,
    properties: Object.fromEntries(placed),
    ...(required.length === 0 ? {} : { required }),
    block_type_slug: slug,
    secret_fields,
    block_schema_references: {},
  }
  return { fields, capabilities: [], version: VERSION }
}

const gcp = schema({
  title: 'GcpCredentials',
  slug: 'gcp-credentials',
  description: 'The key of a Google Cloud service account.',
  properties: {
    service_account_file: optional(
      { type: 'string', format: 'path' },
      'Service account file',
      'Where the key file lies on the machine that runs the flow. Push work pools need the content instead.',
    ),
    service_account_info: optional(anyObject, 'Service account info', 'The content of the JSON key file.'),
    project: optional(text, 'Project', 'Id of the project to work in; the project of the key when left empty.'),
  },
  secret_fields: ['service_account_info.*'],
})

const aws = schema({
  title: 'AwsCredentials',
  slug: 'aws-credentials',
  description: 'An access key of Amazon Web Services.',
  properties: {
    aws_access_key_id: optional(text, 'Access key id', 'Begins with AKIA, or with ASIA when it is temporary.'),
    aws_secret_access_key: optional(secret, 'Secret access key', 'Shown once, when the access key was made.'),
    aws_session_token: optional(secret, 'Session token', 'Comes with temporary credentials only.'),
    profile_name: optional(text, 'Profile', 'A profile on the machine that runs the flow; push work pools ignore it.'),
    region_name: optional(text, 'Region', 'For example eu-west-1.'),
    aws_client_parameters: optional(anyObject, 'Client parameters', 'More options for clients in Python.'),
    assume_role_arn: optional(text, 'Role to assume', 'ARN of a role that the access key may assume.'),
    assume_role_kwargs: optional(anyObject, 'Options for the role', 'Such as ExternalId or DurationSeconds.'),
  },
  secret_fields: ['aws_secret_access_key', 'aws_session_token'],
})

const azure = schema({
  title: 'AzureContainerInstanceCredentials',
  slug: 'azure-container-instance-credentials',
  description: 'A service principal that may manage container groups.',
  properties: {
    client_id: optional(text, 'Client id', 'Application (client) id of the app registration.'),
    tenant_id: optional(text, 'Tenant id', 'Directory (tenant) id.'),
    client_secret: optional(
      secret,
      'Client secret',
      'Value of one of the secrets of the app registration, not its id.',
    ),
    credential_kwargs: optional(anyObject, 'Credential options', 'More options for credentials in Python.'),
  },
  secret_fields: ['client_secret', 'credential_kwargs.*'],
})

const docker = schema({
  title: 'DockerRegistryCredentials',
  slug: 'docker-registry-credentials',
  description: 'A login to a registry of container images.',
  properties: {
    username: { ...text, title: 'User name', description: 'Or the name that the registry wants beside a token.' },
    password: { ...secret, title: 'Password', description: 'A password or an access token.' },
    registry_url: { ...text, title: 'Registry', description: 'Its host, for example ghcr.io.', examples: ['ghcr.io'] },
    reauth: { type: 'boolean', default: true, title: 'Log in anew', description: 'Log in each time, not only once.' },
  },
  required: ['username', 'password', 'registry_url'],
  secret_fields: ['password'],
})

const secretValue = schema({
  title: 'Secret',
  slug: 'secret',
  description: 'Any value that must not be shown: text, or JSON.',
  properties: {
    value: {
      anyOf: [secret, { title: 'text', type: 'string' }, { title: 'JSON' }],
      format: 'password',
      writeOnly: true,
      title: 'Value',
      description: 'Hidden from everybody who does not ask for secrets.',
    },
  },
  required: ['value'],
  secret_fields: ['value'],
})

function blockType(name: string, slug: string, description: string, own: RegisteredBlockSchema): RegisteredBlockType {
  return {
    name,
    slug,
    logo_url: null,
    documentation_url: null,
    description,
    code_example: null,
    // Without the type Secret a template that names one could not even say what is missing.
    is_protected: slug === 'secret',
    schema: own,
  }
}

/** In the order in which they are registered. */
export const REGISTERED_BLOCK_TYPES: readonly RegisteredBlockType[] = [
  blockType(
    'GCP Credentials',
    'gcp-credentials',
    'Lets work pools and flows act as a Google Cloud service account.',
    gcp,
  ),
  blockType('AWS Credentials', 'aws-credentials', 'Lets work pools and flows use Amazon Web Services.', aws),
  blockType(
    'Azure Container Instance Credentials',
    'azure-container-instance-credentials',
    'Lets work pools start container groups on Azure.',
    azure,
  ),
  blockType(
    'Docker Registry Credentials',
    'docker-registry-credentials',
    'Lets work pools and flows pull images from a private registry.',
    docker,
  ),
  blockType('Secret', 'secret', 'Keeps one value secret.', secretValue),
]

export function registeredChecksum(own: RegisteredBlockSchema): string {
  return blockSchemaChecksum(own.fields)
}
